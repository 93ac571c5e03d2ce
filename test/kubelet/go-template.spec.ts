import { describe, expect, it } from 'vitest';
import { GoTemplate } from '../../src/kubelet/stages/go-template';

const pod = { metadata: { name: 'p', labels: { a: 'x', b: 'y' } }, spec: { containers: [{ name: 'c1', image: 'i' }, { name: 'c2' }] }, status: { n: 3 } };
const render = (text: string): string => new GoTemplate(text, new Set(['Own'])).render(pod, { Own: (...args) => `own(${args.join('+')})` });

describe('templates', () => {
  it.each([
    ['{{ .metadata.name }}/{{ .spec.missing.deeper }}', 'p/<no value>'],
    ['{{ range .spec.containers }}[{{ .name }}]{{ end }}', '[c1][c2]'],
    ['{{ range $i, $c := .spec.containers }}{{ $i }}={{ $c.name }} {{ end }}', '0=c1 1=c2 '],
    ['{{ range $k, $v := .metadata.labels }}{{ $k }}{{ $v }}{{ else }}none{{ end }}', 'axby'],
    ['{{ range .spec.volumes }}x{{ else }}none{{ end }}', 'none'],
    ['{{ range .spec.containers }}{{ if .image }}{{ continue }}{{ end }}{{ .name }}{{ end }}', 'c2'],
    ['{{ if and .metadata (not .nothing) }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if eq .status.n 1 }}1{{ else if eq .status.n 2 3 }}2or3{{ else }}?{{ end }}', '2or3'],
    ['{{ if eq .nothing "Always" }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ with .spec.containers }}{{ (index . 0).name }}{{ end }}', 'c1'],
    ['{{ with .nothing }}x{{ else }}{{ .metadata.name }}{{ end }}', 'p'],
    ['{{ $x := false }}{{ range .spec.containers }}{{ if eq .name "c2" }}{{ $x = true }}{{ end }}{{ end }}{{ $x }}', 'true'],
    ['{{ or .nothing .metadata.name }} {{ or ( index .metadata.labels "a" ) "d" }} {{ or .nothing dict | len }}', 'p x 0'],
    ['{{ .metadata.name | upper | Quote }} {{ Quote .status.n }} {{ Quote .nothing }}', '"P" "3" "null"'],
    ['{{ printf "%s-%d %q" .metadata.name 7 "z" }}', 'p-7 "z"'],
    ['{{ Own 1 ( Own 2 ) }}', 'own(1+own(2))'],
    ['a {{- " b " -}} c{{/* nothing */}}', 'a b c'],
    ['{{ default "d" .nothing }}{{ ternary 1 2 true }}{{ add 1 2 }}{{ join "," ( list "a" "b" ) }}', 'd13a,b'],
    ['x: {{ YAML .metadata.labels 1 }}', 'x: \n  a: x\n  b: "y"\n  '],
    ['{{ $.metadata.name }}{{ range .spec.containers }}{{ $.metadata.name }}{{ end }}', 'ppp'],
    ['{{ gt 2 1 }}{{ ne "a" "b" }}{{ lt "a" "b" }}', 'truetruetrue'],
  ])('%s', (text, wanted) => {
    expect(render(text)).toBe(wanted);
  });

  it.each([
    ['{{ if .a }}x', 'an {{end}} is missing'],
    ['{{ end }}', 'unexpected {{end}}'],
    ['{{ nonsense 1 }}', 'function "nonsense" not defined'],
    ['{{ define "x" }}{{ end }}', 'unexpected {{define "x"}}'],
    ['{{ .a ', 'an action is not closed'],
    ['{{ $x }}', 'undefined variable $x'],
    ['{{ lt 1 "a" }}', 'cannot be compared'],
  ])('%s is refused', (text, why) => {
    expect(() => render(text)).toThrow(why);
  });
});
