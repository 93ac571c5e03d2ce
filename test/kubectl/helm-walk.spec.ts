import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Course } from './course';

const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {release: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {release: {{ .Release.Name }}}}
  template:
    metadata: {labels: {release: {{ .Release.Name }}}}
    spec:
      containers: [{name: web, image: "nginx:{{ .Values.version }}"}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {release: {{ .Release.Name }}}, ports: [{port: 80}]}
{{- if not (lookup "v1" "Namespace" "" "default") }}
{{ fail "a chart can look the cluster's objects up" }}
{{- end }}
`;

describe('helm', () => {
  let c: Course;
  let chart: string;
  beforeAll(async () => {
    c = await Course.start();
    chart = join(c.folder, 'sitio');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: sitio\nversion: 0.1.0\nappVersion: "1.0"\n');
    writeFileSync(join(chart, 'values.yaml'), 'replicas: 2\nversion: "1.26"\n');
    writeFileSync(join(chart, 'templates', 'web.yaml'), TEMPLATE);
  });
  afterAll(() => c.stop());

  const image = (): Promise<string> => c.k('get deployment tienda -o jsonpath={.spec.template.spec.containers[0].image}');

  it('installs, lists, upgrades, rolls back and uninstalls a release', async () => {
    expect(await c.helm(`install tienda ${chart} --wait --timeout 60s`)).toContain('STATUS: deployed');
    expect((await c.rows('get deployment tienda'))[0]![1]).toBe('2/2');
    expect(await c.helm('list')).toMatch(/^tienda\s+default\s+1\s+.*deployed\s+sitio-0\.1\.0/m);
    await c.helm(`upgrade tienda ${chart} --set version=1.27,replicas=3 --wait --timeout 60s`);
    expect(await image()).toBe('nginx:1.27');
    expect((await c.helm('history tienda')).match(/^\d+.*$/gm)?.map((l) => l.split('\t')[2]?.trim())).toEqual(['superseded', 'deployed']);
    await c.helm('rollback tienda 1 --wait --timeout 60s');
    expect(await image()).toBe('nginx:1.26');
    expect(await c.helm('get values tienda --revision 2')).toMatch(/version: "1\.27"/);
    expect(await c.helm('get manifest tienda')).toContain('kind: Service');
    expect(await c.helm('status tienda')).toMatch(/REVISION: 3/);
    await c.helm('uninstall tienda --wait --timeout 60s');
    expect(await c.k('get deployments,services -l release=tienda -o name')).toBe('');
    expect(await c.helm('list')).not.toContain('tienda');
  });
}, 120_000);
