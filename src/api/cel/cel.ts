import { createRequire } from 'node:module';

/** The library's module. */
interface Cel {
  Environment: new (o: object) => Environment;
}

/** The part of the CEL library that is used. */
export interface Environment {
  registerType(name: string, o: unknown): Environment;
  registerVariable(name: string, type: string): Environment;
  registerFunction(signature: string, fn: (...args: never[]) => unknown): Environment;
  check(expression: string): { valid: boolean; type?: string; error?: CelError };
  parse(expression: string): (variables: object) => unknown;
}

/** Why an expression does not compile, and where: the offset in its text. */
export interface CelError extends Error {
  node?: { start?: number };
}

/** An environment without variables; a name that is not registered is an error. The library is loaded when the first is asked for: it costs start-up time. */
export function newEnvironment(): Environment {
  const { Environment } = createRequire(__filename)('@marcbachmann/cel-js') as Cel;
  return new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true });
}
