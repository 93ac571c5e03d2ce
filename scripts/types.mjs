// Writes src/api/generated/kubernetes.d.ts: the types of the Kubernetes API, made by openapi-typescript out of openapi/.
// npm run types; runs before build, test and lint, and does nothing when the file is newer than what it is made from.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const facts = join(root, 'openapi');
const target = join(root, 'src', 'api', 'generated', 'kubernetes.d.ts');
const files = readdirSync(facts).filter((f) => /^[a-z]+_v\w+\.json$/.test(f)).map((f) => join(facts, f));
const newest = Math.max(...[...files, import.meta.filename].map((f) => statSync(f).mtimeMs));
if (existsSync(target) && statSync(target).mtimeMs >= newest) process.exit(0);

const { default: openapiTS, astToString } = await import('openapi-typescript');
const schemas = {};
for (const f of files) for (const [name, d] of Object.entries(JSON.parse(readFileSync(f, 'utf8')))) schemas[name] = schema(d);
// The server writes quantities as text, whatever it was given.
schemas['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { type: 'string' };
const document = { openapi: '3.0.0', info: { title: 'Kubernetes', version: '1.36' }, paths: {}, components: { schemas } };
const ast = await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true, defaultNonNullable: false });
mkdirSync(join(target, '..'), { recursive: true });
writeFileSync(target, `/* Made by npm run types; do not edit. */\n${astToString(ast)}`);
console.log(`${Object.keys(schemas).length} types in src/api/generated/kubernetes.d.ts`);

/** A definition as plain OpenAPI: references by path. Defaults are left out, since they would make fields look as if they were always there. */
function schema({ $ref, properties, items, additionalProperties, ...rest }) {
  if ($ref) return { $ref: `#/components/schemas/${$ref}` };
  delete rest.default;
  return {
    ...rest,
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([k, p]) => [k, schema(p)])) } : {}),
    ...(items ? { items: schema(items) } : {}),
    ...(additionalProperties ? { additionalProperties: typeof additionalProperties === 'object' ? schema(additionalProperties) : additionalProperties } : {}),
  };
}
