import 'reflect-metadata';
import { explainPodOf } from '../cluster/explain';
import type { ExplainOptions } from '../cluster/explain';
import type { NodeExplanation, PodExplanation } from '../scheduler/explain/explanation';
import { SystemRandom } from '../util/random';
import { SystemClock } from '../util/system-clock';
import { makeLog } from './log';
import { stopSignal } from './stop-signal';

/** `kubernest explain pod`: which node lost at which plugin, and with which score. */
export async function explainPodCommand(name: string, o: ExplainOptions & { output: string }, env: NodeJS.ProcessEnv): Promise<void> {
  const answer = await explainPodOf(name, o, { clock: new SystemClock(), random: new SystemRandom(), log: makeLog('error', 'pretty'), env, signal: stopSignal(process) });
  process.stdout.write(o.output === 'json' ? `${JSON.stringify(answer)}\n` : `${asText(answer)}\n`);
}

/** The explanation for people: two tables, of the nodes that fit and of those that do not. */
export function asText(a: PodExplanation): string {
  const lines = [`Pod ${a.namespace}/${a.name} ${a.node ? `is on ${a.node}` : 'has no node'}; profile ${a.profile}.`];
  if (a.heldBackBy) lines.push(`It is not tried: ${a.heldBackBy.plugin}: ${a.heldBackBy.message}.`);
  else if (a.refusedBy) lines.push(`It was refused before nodes were looked at: ${a.refusedBy.plugin}: ${a.refusedBy.message}.`);
  else if (!a.nodes.length) lines.push('There are no nodes.');
  else lines.push(verdict(a));
  const fitting = a.nodes.filter((n) => n.scores);
  const rejected = a.nodes.filter((n) => !n.scores);
  if (fitting.length) lines.push('', ...table(['FITS', 'TOTAL', ...fitting[0]!.scores!.map((s) => `${s.plugin} ×${s.weight}`)], fitting.map((n) => scoreRow(n, a))));
  if (fitting.length) lines.push('', 'Scores are as the plugin gave them → brought to 0–100; the total is the sum of these times their weights. * has the pod now.');
  if (rejected.length) lines.push('', ...table(['DOES NOT FIT', 'PLUGIN', 'MESSAGE'], rejected.flatMap((n) => n.rejectedBy.map((r, i) => [i ? '' : marked(n.name, a), r.plugin, r.message]))));
  return lines.join('\n');
}

function verdict(a: PodExplanation): string {
  const where = a.node ? 'Placed anew, it would go to' : 'It would go to';
  if (!a.best.length) return `It fits on none of ${a.nodes.length} nodes.`;
  if (a.best.length === 1) return `${where} ${a.best[0]}.`;
  const some = a.best.slice(0, 5).join(', ');
  return `${where} one of ${a.best.length} equals, by chance: ${some}${a.best.length > 5 ? ', …' : ''}.`;
}

function scoreRow(n: NodeExplanation, a: PodExplanation): string[] {
  return [marked(n.name, a), String(n.total), ...n.scores!.map((s) => (s.raw === s.normalized ? String(s.raw) : `${s.raw} → ${s.normalized}`))];
}

function marked(name: string, a: PodExplanation): string {
  return name === a.node ? `${name} *` : name;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((r) => r[i]!.length)));
  return all.map((r) => r.map((cell, i) => cell.padEnd(widths[i]!)).join('   ').trimEnd());
}
