import { describe, expect, it } from 'vitest';
import { goDiff } from '../../../src/apis/shared/go-diff';
import { unifiedDiff } from '../../../src/apis/shared/unified-diff';

describe('goDiff', () => {
  it('shows internal Go names, nulls and one-space indent', () => {
    const before = { hostPath: { path: '/tmp/x', type: '' } };
    const after = { hostPath: { path: '/other', type: '' } };
    expect(goDiff('PersistentVolumeSource', before, after)).toBe(
      [
        '@@ -2,7 +2,7 @@',
        '  "GCEPersistentDisk": null,',
        '  "AWSElasticBlockStore": null,',
        '  "HostPath": {',
        '-  "Path": "/tmp/x",',
        '+  "Path": "/other",',
        '   "Type": ""',
        '  },',
        '  "Glusterfs": null,',
        '',
      ].join('\n'),
    );
  });
});

describe('unifiedDiff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('a\nb', 'a\nb')).toBe('');
  });

  it('cuts distant changes into hunks', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `l${i}`);
    const changed = lines.map((l, i) => (i === 1 || i === 18 ? `${l}!` : l));
    expect(unifiedDiff(lines.join('\n'), changed.join('\n')).match(/^@@.*$/gm)).toEqual(['@@ -1,5 +1,5 @@', '@@ -16,5 +16,5 @@']);
  });

  it('shows pure additions', () => {
    expect(unifiedDiff('a\nc', 'a\nb\nc')).toBe('@@ -1,2 +1,3 @@\n a\n+b\n c\n');
  });
});
