import type { Node } from './shell-parser';
import { NotUnderstood } from './shell-parser';

/** Waits that never end. */
export const FOREVER = Infinity;

/** A condition that is always so. */
export function isTrue(n: Node): boolean {
  return n.kind === 'command' && n.words.length >= 1 && [':', 'true', '/bin/true'].includes(n.words[0]!.map((p) => p.text).join(''));
}

/** Whether something in a loop's body may end the loop or the program. */
export function canLeave(n: Node): boolean {
  switch (n.kind) {
    case 'command':
      return ['exit', 'break', 'return', 'exec', 'kill'].includes((n.words[0] ?? []).map((p) => p.text).join(''));
    case 'sequence':
      return n.items.some((i) => canLeave(i.node));
    case 'not':
      return canLeave(n.node);
    case 'if':
      return n.branches.some((b) => canLeave(b.condition) || canLeave(b.body)) || (n.otherwise !== undefined && canLeave(n.otherwise));
    case 'loop':
      return canLeave(n.condition) || canLeave(n.body);
    case 'for':
      return canLeave(n.body);
  }
}

/** sleep's argument in milliseconds. @throws NotUnderstood */
export function duration(text: string): number {
  if (text === 'infinity' || text === 'inf') return FOREVER;
  const m = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (!m) throw new NotUnderstood(`sleep ${text}`);
  return Number(m[1]) * { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[m[2]!]!;
}

/** What echo writes. */
export function echo(args: readonly string[]): string {
  const flags = args.findIndex((a) => !/^-[neE]+$/.test(a));
  const words = flags < 0 ? [] : args.slice(flags);
  const text = words.join(' ');
  return args[0]?.startsWith('-') && args[0].includes('e') ? text.replace(/\\n/g, '\n').replace(/\\t/g, '\t') : text;
}

/** What printf writes, as far as its format is simple. */
export function printf(args: readonly string[]): string {
  let i = 1;
  const text = (args[0] ?? '').replace(/%[-0-9.]*[sdif]/g, () => args[i++] ?? '').replace(/%%/g, '%');
  return text.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\n$/, '');
}

/** seq's numbers. @throws NotUnderstood */
export function sequence(args: readonly string[]): number[] {
  const n = args.map(Number);
  const [first, step, last] = n.length === 1 ? [1, 1, n[0]!] : n.length === 2 ? [n[0]!, 1, n[1]!] : [n[0]!, n[1]!, n[2]!];
  if (!Number.isFinite(first! + step! + last!) || step === 0 || (last! - first!) / step! > 100_000) throw new NotUnderstood('seq');
  const out: number[] = [];
  for (let i = first!; step! > 0 ? i <= last! : i >= last!; i += step!) out.push(i);
  return out;
}
