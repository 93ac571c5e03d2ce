import { own } from '../shared/own';
import type { KubeObject } from '../../api/meta/object';
import type { Raw } from '../shared/raw';
import { internalSpecOf } from './internal-spec';
import { walkSchema } from './json-schema';

const STRING_FORMATS = new Set(
  'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration datetime k8sshortname k8slongname'.split(' '),
);
const OTHER_FORMATS: Readonly<Record<string, readonly string[]>> = { integer: ['int32', 'int64'], number: ['float', 'double'] };

function isKnown(type: string, format: string): boolean {
  if (type === '' || type === 'string') return STRING_FORMATS.has(format.replaceAll('-', ''));
  return own(OTHER_FORMATS, type)?.includes(format) ?? false;
}

/** Formats in the schemas of a definition that nothing checks, once for each place. */
export function unknownFormats(o: KubeObject): string[] {
  const spec = internalSpecOf(o.spec ?? {});
  const found: string[] = [];
  for (const v of [spec.validation, ...((spec.versions ?? []) as Raw[]).map((x) => x.schema)]) {
    walkSchema(v?.openAPIV3Schema, (s) => {
      if (s.format && !isKnown(s.type ?? '', s.format)) found.push(s.format);
    });
  }
  return found;
}
