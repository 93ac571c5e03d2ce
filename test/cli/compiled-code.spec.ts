import { describe, expect, it } from 'vitest';
import { keepCompiledCode } from '../../src/cli/compiled-code';

function folder(env: NodeJS.ProcessEnv): string | undefined {
  let given: string | undefined;
  keepCompiledCode(env, { enableCompileCache: (f) => (given = f) });
  return given;
}

describe('compiled code', () => {
  it('is kept in the cache folder of the user, nowhere that others can write to', () => {
    expect(folder({ HOME: '/home/jane', XDG_CACHE_HOME: '/caches' })).toBe('/caches/kubernest/compiled');
    expect(folder({ HOME: '/home/jane' })).toBe('/home/jane/.cache/kubernest/compiled');
    expect(folder({ HOME: '/home/jane', XDG_CACHE_HOME: 'relative' })).toBe('/home/jane/.cache/kubernest/compiled');
  });

  it('is not kept for who has no home', () => {
    expect(folder({})).toBeUndefined();
  });

  it('is not kept by a Node that cannot', () => {
    expect(() => keepCompiledCode({ HOME: '/home/jane' }, {})).not.toThrow();
  });
});
