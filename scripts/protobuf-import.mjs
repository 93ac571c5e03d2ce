// Makes openapi/protobuf.json and openapi/protobuf-openapi-v2.json from the facts of protobuf-fields.json:
//   node scripts/protobuf-import.mjs DIR
// DIR holds protobuf-fields.json (package → message → [field, number, type]) and resources-1.36.tsv (what is served).
// One string a message: "jsonName number type" for every field, in order of numbers. Types: scalars and messages of the same package by name,
// others in full; '*' repeated, '{}' map from string, '^' flattened into the parent in JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.argv[2];
if (!dir) {
  console.error('usage: node scripts/protobuf-import.mjs DIR   (with protobuf-fields.json and resources-1.36.tsv in it)');
  process.exit(2);
}
const fields = JSON.parse(readFileSync(join(dir, 'protobuf-fields.json'), 'utf8'));

/** Fields that Go embeds: in JSON their content stands in the parent. */
const EMBEDDED = new Set(['volumeSource', 'persistentVolumeSource', 'localObjectReference', 'ephemeralContainerCommon', 'ruleWithOperations', 'ingressRuleValue', 'deviceConfiguration']);
const EMBEDDED_IN = new Set(['Probe.handler', 'RuleWithOperations.rule']);
/** Fields whose JSON name differs. */
const JSON_NAMES = {
  'IngressClassParametersReference.aPIGroup': 'apiGroup',
  'BoundObjectReference.uID': 'uid',
  'Validation.Expression': 'expression',
  'Variable.Name': 'name',
  'Variable.Expression': 'expression',
  'JSONSchemaProps.schema': '$schema',
  'JSONSchemaProps.ref': '$ref',
  'FieldsV1.Raw': 'raw',
  'MutatingWebhookConfiguration.Webhooks': 'webhooks',
  'ValidatingWebhookConfiguration.Webhooks': 'webhooks',
};
const jsonName = (message, name) =>
  JSON_NAMES[`${message}.${name}`] ?? (message === 'JSONSchemaProps' && name.startsWith('xK') ? name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`) : name);

const line = (message, list) =>
  [...list]
    .sort((a, b) => a[1] - b[1])
    .map(([name, number, type]) => {
      const embedded = EMBEDDED.has(name) || EMBEDDED_IN.has(`${message}.${name}`);
      const short = type.startsWith('repeated ') ? `*${type.slice(9)}` : type.startsWith('map<string,') ? `{}${type.slice(11, -1)}` : type;
      return `${jsonName(message, name)} ${number} ${embedded ? '^' : ''}${short}`;
    })
    .join(',');

/** Package of a group and version: the Go package path with dots. */
function packageOf(group, version) {
  if (group === 'apiextensions.k8s.io') return `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}`;
  if (group === 'apiregistration.k8s.io') return `k8s.io.kube_aggregator.pkg.apis.apiregistration.${version}`;
  return `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}`;
}

const wanted = new Set(['k8s.io.api.apidiscovery.v2', 'k8s.io.api.apidiscovery.v2beta1', 'k8s.io.apimachinery.pkg.apis.meta.v1', 'k8s.io.apimachinery.pkg.apis.meta.v1beta1', 'k8s.io.apimachinery.pkg.runtime']);
for (const row of readFileSync(join(dir, 'resources-1.36.tsv'), 'utf8').trim().split('\n').slice(1)) {
  const [group, version] = row.split('\t');
  wanted.add(packageOf(group, version));
}
// Packages that the messages of wanted ones refer to.
for (const name of wanted) {
  for (const list of Object.values(fields[name] ?? {})) {
    for (const [, , type] of list) {
      const other = /([\w.]+)\.\w+>?$/.exec(type)?.[1];
      if (other && fields[other]) wanted.add(other);
    }
  }
}

function write(file, packages) {
  const body = packages
    .map((name) => {
      const messages = Object.entries(fields[name]).map(([m, list]) => `    ${JSON.stringify(m)}: ${JSON.stringify(line(m, list))}`);
      return `  ${JSON.stringify(name)}: {\n${messages.join(',\n')}\n  }`;
    })
    .join(',\n');
  writeFileSync(file, `{\n${body}\n}\n`);
  console.log(`${file}: ${packages.length} packages`);
}
write('openapi/protobuf.json', [...wanted].filter((n) => fields[n] && Object.keys(fields[n]).length).sort());
write('openapi/protobuf-openapi-v2.json', ['openapi.v2']);
