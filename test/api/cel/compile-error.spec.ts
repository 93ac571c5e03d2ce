import { describe, expect, it } from 'vitest';
import { celProblem } from '../../../src/api/cel/compile-error';
import { deviceEnvironment } from '../../../src/api/cel/device-environment';

const TERM = "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

describe('an expression over a device', () => {
  it.each([
    'true',
    'device.driver == "a"',
    'device.attributes["a.example.com"].model == "x" && device.capacity["a.example.com"].memory.isGreaterThan(quantity("1Gi"))',
    'device.attributes["a"].version.isGreaterThan(semver("1.0.0"))',
    '"A".lowerAscii() == "a"',
    'device.attributes["a"].list.exists(x, x == 1)',
  ])('may be %s', (expression) => expect(celProblem(deviceEnvironment(), expression)).toBeUndefined());

  it.each([
    ['f-136', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'f' (in container '')\n | f-136\n | ^"],
    ['', `compilation failed: ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' ${TERM}`],
    ['50%', `compilation failed: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' ${TERM}\n | 50%\n | ...^`],
    ['true &&\n  nothing', "compilation failed: ERROR: <input>:2:3: undeclared reference to 'nothing' (in container '')\n |   nothing\n | ..^"],
    ['device.driver', 'must evaluate to bool or the unknown type, not string'],
    ['1 == $', "compilation failed: ERROR: <input>:1:6: Syntax error: token recognition error at: '$'\n | 1 == $\n | .....^"],
  ])('may not be %j', (expression, problem) => expect(celProblem(deviceEnvironment(), expression)).toBe(problem));
});
