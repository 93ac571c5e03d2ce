import { describe, expect, it } from 'vitest';
import { goUrlProblem } from '../../../src/apis/shared/go-url';

describe('goUrlProblem', () => {
  it.each(['https://host/path', 'https://[::1]:443/x', 'https://u:p@h', 'x:y', 'https://ü/', '/a:b', '', 'https://h:/', 'https://h/%20?a=%zz'])('takes %j', (text) => {
    expect(goUrlProblem(text)).toBeUndefined();
  });

  it.each([
    ['\n', 'parse "\\n": net/url: invalid control character in URL'],
    ['::1', 'parse "::1": missing protocol scheme'],
    [' https://x', 'parse " https://x": first path segment in URL cannot contain colon'],
    ['-5%', 'parse "-5%": invalid URL escape "%"'],
    ['https://h/%zzz', 'parse "https://h/%zzz": invalid URL escape "%zz"'],
    ['https://a b/', 'parse "https://a b/": invalid character " " in host name'],
    ['https://[::1', 'parse "https://[::1": missing \']\' in host'],
    ['https://a:b#f', 'parse "https://a:b": invalid port ":b" after host'],
    ['https://a b@h', 'parse "https://a b@h": net/url: invalid userinfo'],
    ['https://h#%', 'parse "https://h#%": invalid URL escape "%"'],
  ])('refuses %j', (text, why) => {
    expect(goUrlProblem(text)).toBe(why);
  });
});
