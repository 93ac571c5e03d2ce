import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { startTestCluster, type TestCluster } from '../cluster/test-cluster';
import type { Outcome } from './binaries';
import { packaged, runBinary } from './binaries';

/** A cluster and a real kubectl, as somebody who follows a course has them. */
export class Course {
  private constructor(
    private readonly cluster: TestCluster,
    /** A folder of the course's own. */
    readonly folder: string,
    private readonly path: string,
  ) {}

  static async start(): Promise<Course> {
    const dir = mkdtempSync(join(tmpdir(), 'kubernest-course-'));
    const cluster = await startTestCluster();
    writeFileSync(join(dir, 'kubeconfig'), stringify(cluster.kubeconfig), { mode: 0o600 });
    return new Course(cluster, dir, packaged('kubectl'));
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs kubectl as typed (quotes keep words together) and gives what it prints; `editor` is the sed expression that `edit` applies. */
  async k(args: string, o: { input?: string; editor?: string } = {}): Promise<string> {
    const r = await this.run(args, o);
    if (r.code !== 0) throw new Error(`kubectl ${args}: ${r.stderr || r.stdout}`);
    return r.stdout;
  }

  /** What kubectl complains about; it has to. */
  async refused(args: string, input?: string): Promise<string> {
    const r = await this.run(args, { input });
    if (r.code === 0) throw new Error(`kubectl ${args} was expected to fail: ${r.stdout}`);
    return r.stderr;
  }

  apply(input: string): Promise<string> {
    return this.k('apply -f -', { input });
  }

  /** Asks again until the answer is as it should be. */
  async until(args: string, wanted: string | RegExp, timeout = 20_000): Promise<void> {
    const answer = expect.poll(() => this.k(args).then((s) => s.trim()), { timeout, interval: 150 });
    await (typeof wanted === 'string' ? answer.toBe(wanted) : answer.toMatch(wanted));
  }

  async rolledOut(what: string): Promise<void> {
    await this.k(`rollout status ${what} --timeout=30s`);
  }

  /** The cells of a listing without its header, row by row. */
  async rows(args: string): Promise<string[][]> {
    const text = (await this.k(`${args} --no-headers`)).trim();
    return text ? text.split('\n').map((r) => r.split(/\s{2,}/)) : [];
  }

  /** Runs helm in the same way. */
  async helm(args: string): Promise<string> {
    const r = await this.run(args, { path: packaged('helm') });
    if (r.code !== 0) throw new Error(`helm ${args}: ${r.stderr || r.stdout}`);
    return r.stdout;
  }

  private run(args: string, o: { input?: string; editor?: string; path?: string }): Promise<Outcome> {
    const env = { PATH: process.env['PATH'], HOME: this.folder, KUBECACHEDIR: join(this.folder, 'cache'), KUBE_EDITOR: `sed -i -e '${o.editor ?? ''}'` };
    const words = (args.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((w) => w.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
    return runBinary(o.path ?? this.path, ['--kubeconfig', join(this.folder, 'kubeconfig'), ...words], { input: o.input, env });
  }
}
