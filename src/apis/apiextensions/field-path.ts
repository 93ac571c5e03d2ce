import { own } from '../shared/own';
import { additionalOf, type JsonSchema } from './json-schema';

/** Where a path leads in a schema, or why it leads nowhere. */
export type FoundField = { steps: readonly string[]; schema: JsonSchema } | { problem: string };

/** Delimiters, quoted names and what stands between them. */
const TOKEN = /[.[\]]|'(?:[^'\\]|\\.)*'|[^.[\]]+/gs;
const NOWHERE = { problem: 'does not refer to a valid field' };

/** Follows a path such as `.spec.color` or `.spec['a.b']`; `brackets`: it may have those (ValidFieldPath). */
export function findField(path: string, root: JsonSchema, brackets: boolean): FoundField {
  const tokens = path.match(TOKEN) ?? [];
  const steps: string[] = [];
  let schema: JsonSchema | undefined = root;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token === '[' && !brackets) return { problem: 'array notation is not allowed' };
    if (token !== '.' && token !== '[') return { problem: `expected [ or . but got: ${token}` };
    let name = tokens[++i];
    if (name === undefined) return { problem: 'unexpected end of JSON path' };
    if (token === '[') {
      if (name.length < 2 || !name.startsWith("'") || !name.endsWith("'")) return { problem: `expected single quoted string but got ${name}` };
      name = name.slice(1, -1).replace(/\\(.)/gs, '$1');
      if (tokens[++i] === undefined) return { problem: 'unexpected end of JSON path' };
      if (tokens[i] !== ']') return { problem: `expected ] but got ${tokens[i]}` };
    }
    schema = schema.properties ? own(schema.properties as Record<string, JsonSchema>, name) : additionalOf(schema);
    if (!schema) return NOWHERE;
    steps.push(name);
  }
  return { steps, schema };
}
