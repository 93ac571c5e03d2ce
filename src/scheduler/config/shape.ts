/** What a value of a configuration file has to be. */
export type Shape =
  | { readonly is: 'text'; readonly oneOf?: readonly string[] }
  | { readonly is: 'whole'; readonly least: number; readonly most: number }
  | { readonly is: 'switch' }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'mapping'; readonly fields: Readonly<Record<string, Shape>>; readonly required: readonly string[] }
  | { readonly is: 'anything' };

/** The largest number that the int32 fields of upstream hold. */
export const MOST = 2 ** 31 - 1;

export const text: Shape = { is: 'text' };
export const yesNo: Shape = { is: 'switch' };
export const anything: Shape = { is: 'anything' };
export const oneOf = (...values: string[]): Shape => ({ is: 'text', oneOf: values });
export const whole = (least: number, most = MOST): Shape => ({ is: 'whole', least, most });
export const list = (of: Shape): Shape => ({ is: 'list', of });
export const mapping = (fields: Record<string, Shape>, ...required: string[]): Shape => ({ is: 'mapping', fields, required });

/**
 * Appends to `problems` everything that is wrong about a value: the path of the field, what it has to be, and what it is. Fields without a
 * value (null, as YAML has it) count as absent.
 */
export function check(shape: Shape, value: unknown, path: string, problems: string[]): void {
  const wrong = (what: string): void => void problems.push(`${path}: must be ${what}, not ${show(value)}`);
  switch (shape.is) {
    case 'text':
      if (typeof value !== 'string' || (shape.oneOf && !shape.oneOf.includes(value))) wrong(shape.oneOf ? `one of ${shape.oneOf.join(', ')}` : 'text');
      return;
    case 'whole':
      if (!Number.isInteger(value) || (value as number) < shape.least || (value as number) > shape.most) {
        wrong(shape.most === MOST ? `a whole number, at least ${shape.least}` : `a whole number from ${shape.least} to ${shape.most}`);
      }
      return;
    case 'switch':
      if (typeof value !== 'boolean') wrong('true or false');
      return;
    case 'list':
      if (!Array.isArray(value)) wrong('a list');
      else value.forEach((v, i) => check(shape.of, v, `${path}[${i}]`, problems));
      return;
    case 'mapping':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(`a mapping of ${Object.keys(shape.fields).join(', ')}`);
      else checkFields(shape, value as Record<string, unknown>, path, problems);
      return;
    case 'anything':
  }
}

function checkFields(shape: Shape & { is: 'mapping' }, value: Record<string, unknown>, path: string, problems: string[]): void {
  const at = (name: string): string => (path ? `${path}.${name}` : name);
  for (const [name, v] of Object.entries(value)) {
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name]! : undefined;
    if (!field) problems.push(`${at(name)}: there is no such field; there are: ${Object.keys(shape.fields).join(', ')}`);
    else if (v !== null && v !== undefined) check(field, v, at(name), problems);
  }
  for (const name of shape.required) if (value[name] === undefined || value[name] === null || value[name] === '') problems.push(`${at(name)}: is required`);
}

function show(v: unknown): string {
  const json = JSON.stringify(v) as string | undefined;
  return json === undefined || json.length > 60 ? typeof v : json;
}
