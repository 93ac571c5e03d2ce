import { describe, expect, it } from 'vitest';
import { celProblem } from '../../../src/api/cel/compile-error';
import { admissionEnvironment } from '../../../src/api/cel/admission-environment';
import { deviceEnvironment } from '../../../src/api/cel/device-environment';

const TERM = "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

const ofDevice = (expression: string): string | undefined => celProblem(deviceEnvironment(), expression, ['bool'], (type) => `must evaluate to bool or the unknown type, not ${type}`);

describe('an expression over a device', () => {
  it.each([
    'true',
    'device.driver == "a"',
    'device.attributes["a.example.com"].model == "x" && device.capacity["a.example.com"].memory.isGreaterThan(quantity("1Gi"))',
    'device.attributes["a"].version.isGreaterThan(semver("1.0.0"))',
    '"A".lowerAscii() == "a"',
    'device.attributes["a"].list.exists(x, x == 1)',
  ])('may be %s', (expression) => expect(ofDevice(expression)).toBeUndefined());

  it.each([
    ['f-136', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'f' (in container '')\n | f-136\n | ^"],
    ['', `compilation failed: ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' ${TERM}`],
    ['50%', `compilation failed: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' ${TERM}\n | 50%\n | ...^`],
    ['true &&\n  nothing', "compilation failed: ERROR: <input>:2:3: undeclared reference to 'nothing' (in container '')\n |   nothing\n | ..^"],
    ['device.driver', 'must evaluate to bool or the unknown type, not string'],
    ['1 == $', "compilation failed: ERROR: <input>:1:6: Syntax error: token recognition error at: '$'\n | 1 == $\n | .....^"],
  ])('may not be %j', (expression, problem) => expect(ofDevice(expression)).toBe(problem));
});

describe('an expression of admission', () => {
  const problem = (expression: string, about: object, types = ['bool']): string | undefined => celProblem(admissionEnvironment(about), expression, types, (t) => `not ${t}`);
  it('may speak of what there is', () => {
    expect(problem("object.metadata.name.startsWith('a') && has(request.dryRun) && variables.v == params.p", { params: true, variables: true })).toBeUndefined();
    expect(problem("object.spec.containers.all(c, c.image.contains('/')) && authorizer.group('').resource('pods').check('get').allowed()", {})).toBeUndefined();
    expect(problem('object.spec.?replicas.orValue(1) > 2 ? "a" : "b"', {}, ['string'])).toBeUndefined();
  });
  it.each(['object.spec.`a-b` == 1', "format.dns1123Label().validate('x').hasValue()", 'object.a.transformMap(k, v, v.x).size() > 1', 'sets.contains([1], [1])', "Object{spec: Object.spec{replicas: 1}} != null", 'object.a.all(k, v, v > 1)'])(
    'may be more than the library knows: %s',
    (expression) => expect(problem(expression, {})).toBeUndefined(),
  );
  it('may not speak of other things, nor give other types', () => {
    expect(problem('params.p == 1', {})).toBe("compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.p == 1\n | ^");
    expect(problem('variables.v', {})).toContain("undeclared reference to 'variables'");
    expect(problem("'text'", {})).toBe('not string');
    expect(problem("'text'", {}, [])).toBeUndefined();
    expect(problem('object ==', {})).toContain('Syntax error');
  });
});
