import { describe, expect, it } from 'vitest';
import { bytesAtRevision } from '../../../src/storage/watch-cache/revision-bytes';

const state = (text: string, rev: number) => ({ key: '/k', rev, object: { kind: 'A', apiVersion: 'v1', metadata: {} }, bytes: Buffer.from(text) });
const at = (text: string, rev: number, now: number): string | undefined => {
  const bytes = bytesAtRevision(state(text, rev), now);
  return bytes && Buffer.from(bytes).toString();
};

describe('bytes at another revision', () => {
  it('have the new revision, whatever its length', () => {
    expect(at('{"metadata":{"resourceVersion":"9","labels":{"a":"ü"}}}', 9, 1000)).toBe('{"metadata":{"resourceVersion":"1000","labels":{"a":"ü"}}}');
    expect(at('{"metadata":{"resourceVersion":"1000"}}', 1000, 7)).toBe('{"metadata":{"resourceVersion":"7"}}');
  });
  it('leave the state as it was', () => {
    const s = state('{"metadata":{"resourceVersion":"9"}}', 9);
    bytesAtRevision(s, 10);
    expect(s.bytes.toString()).toBe('{"metadata":{"resourceVersion":"9"}}');
  });
  it('are not guessed', () => {
    expect(at('{"metadata":{}}', 9, 10)).toBeUndefined();
    expect(at('{"metadata":{"resourceVersion":"9"},"data":{"resourceVersion":"9"}}', 9, 10)).toBeUndefined();
  });
});
