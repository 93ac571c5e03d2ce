import { describe, expect, it } from 'vitest';
import { defaultPullPolicy } from '../../../src/apis/shared/image-tag';

describe('defaultPullPolicy', () => {
  it('asks always for what may change', () => {
    expect(['nginx', 'nginx:latest', 'r.io/a/b', 'localhost:5000/a:latest'].map(defaultPullPolicy)).toEqual(Array(4).fill('Always'));
    expect(['nginx:1', 'nginx@sha256:00', 'r.io/A', ' '].map(defaultPullPolicy)).toEqual(Array(4).fill('IfNotPresent'));
  });

  it('takes names that are too long for no names', () => {
    const policies = (...images: string[]): string[] => images.map(defaultPullPolicy);
    expect(policies('a'.repeat(247), `u/${'a'.repeat(253)}`, `r.io/${'a'.repeat(255)}`)).toEqual(['Always', 'Always', 'Always']);
    expect(policies('a'.repeat(248), `u/${'a'.repeat(254)}`, `r.io/${'a'.repeat(256)}`)).toEqual(['IfNotPresent', 'IfNotPresent', 'IfNotPresent']);
  });
});
