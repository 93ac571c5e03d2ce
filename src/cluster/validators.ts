import { createRequire } from 'node:module';
import type * as ClassValidator from 'class-validator';

/**
 * The parts of class-validator that options need. Its index loads a hundred decorators and a phone number library, which would make up
 * a fifth of the time a cluster takes to start.
 */
const load = createRequire(__filename);

function part<K extends keyof typeof ClassValidator>(path: string, name: K): (typeof ClassValidator)[K] {
  return (load(`class-validator/cjs/${path}`) as typeof ClassValidator)[name];
}

export const IsArray = part('decorator/typechecker/IsArray.js', 'IsArray');
export const IsBoolean = part('decorator/typechecker/IsBoolean.js', 'IsBoolean');
export const IsIn = part('decorator/common/IsIn.js', 'IsIn');
export const IsInt = part('decorator/typechecker/IsInt.js', 'IsInt');
export const IsOptional = part('decorator/common/IsOptional.js', 'IsOptional');
export const IsString = part('decorator/typechecker/IsString.js', 'IsString');
export const Matches = part('decorator/string/Matches.js', 'Matches');
export const Max = part('decorator/number/Max.js', 'Max');
export const Min = part('decorator/number/Min.js', 'Min');
export const ValidateBy = part('decorator/common/ValidateBy.js', 'ValidateBy');

const Validator = part('validation/Validator.js', 'Validator');

/** Checks an object by its decorators; nothing is awaited. */
export function validateSync(o: object): ClassValidator.ValidationError[] {
  return new Validator().validateSync(o);
}
