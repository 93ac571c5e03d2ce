import type { KubeObject } from '../meta/object';
import type { FieldValidation } from './parse-patch';
import type { PatchedObject } from './patch-object';

/**
 * Decodes a patched object and says what is to be said about it: with strict validation every unknown or repeated field refuses
 * it, else they become warnings. `decode` throws an Error named DecodeError for what does not fit the type.
 * @throws StatusError Invalid, or 500 after an apply
 */
export function decodePatched(
  p: PatchedObject,
  validation: FieldValidation,
  warn: (text: string) => void,
  decode: (value: unknown, problems: string[] | undefined) => KubeObject,
): KubeObject {
  // What an apply merged has been checked against the type already, and its patch said what else there was to say.
  const found: string[] | undefined = validation === 'Ignore' || p.tracked ? undefined : [];
  let object: KubeObject;
  try {
    object = decode(p.object, found);
  } catch (e) {
    if (!isDecodeError(e)) throw e;
    if (found) found.length = 0;
    try {
      object = decode(p.reread(), found);
    } catch (again) {
      throw isDecodeError(again) ? p.refuse(again.message) : again;
    }
  }
  const problems = found ? [...p.problems, ...found] : p.problems;
  if (!problems.length) return object;
  if (validation === 'Strict' && !p.tracked) throw p.refuse(`strict decoding error: ${problems.join(', ')}`);
  problems.forEach(warn);
  return object;
}

function isDecodeError(e: unknown): e is Error {
  return e instanceof Error && e.name === 'DecodeError';
}
