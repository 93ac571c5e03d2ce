import { describe, expect, it } from 'vitest';
import { customResourceDefinition } from '../../../src/apis/apiextensions/custom-resource-definition';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(customResourceDefinition);

/** A definition of cars whose only version has this schema, with more fields of the version and of the spec. */
function crd(schema = '{type: object}', version = '', spec = ''): string {
  return `
metadata: {name: cars.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: cars, kind: Car}
${spec}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: ${schema}}${version}}
`;
}

describe('CustomResourceDefinition', () => {
  it('is completed with its names, and remembers where its objects are stored', () => {
    const { object, errors } = kind.create(crd());
    expect(errors).toEqual([]);
    expect(object.spec.names).toEqual({ plural: 'cars', singular: 'car', kind: 'Car', listKind: 'CarList' });
    expect(object.spec.conversion).toEqual({ strategy: 'None' });
    expect(object.status).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
  });

  it('is named after its plural and group', () => {
    expect(kind.create(crd().replace('name: cars.', 'name: car.')).errors).toEqual(['metadata.name: Invalid value: "car.example.com": must be spec.names.plural+"."+spec.group']);
    expect(kind.create(crd().replaceAll('example.com', 'plain')).errors).toEqual(['spec.group: Invalid value: "plain": should be a domain with at least one dot']);
  });

  it('needs an approval in groups of the community', () => {
    const yaml = crd().replaceAll('example.com', 'x.k8s.io');
    expect(kind.create(yaml).errors).toEqual([
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ]);
    expect(kind.create(yaml.replace('{name: cars.x.k8s.io}', '{name: cars.x.k8s.io, annotations: {api-approved.kubernetes.io: "unapproved, a test"}}')).errors).toEqual([]);
  });

  it('has one version that stores', () => {
    const two = `${crd()}  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n`;
    expect(kind.create(two).errors[0]).toMatch(/^spec.versions: Invalid value: .*must have exactly one version marked as storage version$/);
    expect(kind.create(two.replace('name: v2', 'name: v1').replace(/storage: true(.*)\n$/, 'storage: false$1\n')).errors).toEqual([expect.stringMatching(/must contain unique version names$/)]);
  });

  it('has defaults that its objects could have', () => {
    const of = (field: string): string[] => {
      const { errors } = kind.create(crd(`{type: object, properties: {a: {${field}}}}`));
      return errors.map((e) => e.replace(/^spec.validation.openAPIV3Schema.properties\[a\]./, ''));
    };
    for (const good of [
      'type: integer, maximum: 10, default: 10',
      'type: number, default: 3',
      'type: string, nullable: true, default: null',
      'x-kubernetes-int-or-string: true, default: a',
      'type: object, x-kubernetes-preserve-unknown-fields: true, default: {a: {b: 1}}',
      'type: object, additionalProperties: {type: string}, default: {a: b}',
      'type: object, nullable: true, properties: {x: {type: string, nullable: true}}, default: {x: null}',
    ]) expect([good, of(good)]).toEqual([good, []]);
    expect(of('type: integer, maximum: 10, default: 65536')).toEqual(['default: Invalid value: 65536:  in body should be less than or equal to 10']);
    expect(of('type: number, maximum: 1000000, default: 2000000.5')).toEqual(['default: Invalid value: 2.0000005e+06:  in body should be less than or equal to 1e+06']);
    expect(of('type: integer, format: int32, default: 3000000000')).toEqual(['default: Invalid value: "": Checked value must be of type integer with format int32 in ']);
    expect(of('type: integer, multipleOf: 3, default: 4')).toEqual(['default: Invalid value: 4:  in body should be a multiple of 3']);
    expect(of('type: integer, default: x')).toEqual(['default: Invalid value: "string":  in body must be of type integer: "string"']);
    expect(of('type: string, enum: [a, b], default: c')).toEqual(['default: Unsupported value: "c": supported values: "a", "b"']);
    expect(of('type: string, pattern: "^a+$", default: b')).toEqual(['default: Invalid value: "b":  in body should match \'^a+$\'']);
    expect(of('type: string, minLength: 3, default: a')).toEqual(['default: Invalid value: "a":  in body should be at least 3 chars long']);
    expect(of('type: string, maxLength: 1, default: ab')).toEqual(['default: Too long: may not be more than 1 byte']);
    expect(of('type: array, items: {type: integer}, maxItems: 1, default: [1, a]')).toEqual([
      'default.[1]: Invalid value: "string": [1] in body must be of type integer: "string"',
      'default: Too many: 2: must have at most 1 item',
    ]);
    expect(of('type: object, properties: {y: {type: object, required: [z], properties: {z: {type: boolean}}}}, required: [x, y], default: {y: {}}')).toEqual([
      'default.y.z: Required value',
      'default.x: Required value',
    ]);
    expect(of('type: object, properties: {x: {type: string}}, default: {q: 1}')).toEqual(['default: Invalid value: {"q":1}: must not have unknown fields']);
    expect(of('type: object, additionalProperties: true, default: {a: {b: 1}}')).toEqual(['default: Invalid value: {"a":{"b":1}}: must not have unknown fields']);
    expect(of('type: string, not: {pattern: a}, default: a')).toEqual(['default: Invalid value: "": "" must not validate the schema (not)']);
    expect(of('type: string, oneOf: [{minLength: 1}, {maxLength: 3}], default: a')).toEqual(['default: Invalid value: "": "" must validate one and only one schema (oneOf). Found 2 valid alternatives']);
  });

  it('has items that are a schema, or none', () => {
    const of = (field: string) => kind.create(crd(`{type: object, properties: {a: {${field}}}}`));
    const { object, errors } = of('type: string, items: x');
    expect(errors).toEqual([]);
    customResourceDefinition.strategy.canonicalize!(object);
    expect(object.spec.versions[0].schema.openAPIV3Schema.properties.a).toEqual({ type: 'string' });
    const map = of('type: array, items: x, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]').errors;
    expect(map).toContainEqual(expect.stringMatching(/items: Invalid value: {"Schema":null,"JSONSchemas":null}: must only have a single schema/));
    const keys = of('type: array, items: {type: object, properties: {}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [constructor]').errors;
    expect(keys).toContainEqual(expect.stringMatching(/entries must all be names of item properties$/));
  });

  it('has selectable fields and rules about fields that there are', () => {
    const schema = '{type: object, properties: {spec: {type: object, x-kubernetes-validations: [{rule: "true", fieldPath: FIELD}], properties: {a: {type: string}, "b.c": {type: string}}}}}';
    const rule = (path: string): string[] => kind.create(crd(schema.replace('FIELD', `"${path}"`))).errors;
    expect(rule('.a')).toEqual([]);
    expect(rule(".['b.c']")).toEqual([expect.stringMatching(/must be a valid path$/)]);
    expect(rule("['b.c']")).toEqual([]);
    for (const path of ['a', '.x', '.a.b', "['a'", '.']) expect(rule(path)).toEqual([expect.stringMatching(/x-kubernetes-validations\[0\].fieldPath: Invalid value: .*: must be a valid path$/)]);
    const select = (path: string): string[] => kind.create(crd(schema.replace('FIELD', '.a'), `, selectableFields: [{jsonPath: "${path}"}]`)).errors;
    expect(select('.spec.a')).toEqual([]);
    expect(select('spec.a')).toEqual([expect.stringMatching(/is an invalid path: expected \[ or . but got: spec$/)]);
    expect(select(".spec['a']")).toEqual([expect.stringMatching(/is an invalid path: array notation is not allowed$/)]);
    expect(select('.metadata.name')).toEqual([expect.stringMatching(/must not point to fields in metadata$/)]);
  });

  it('is complained about where upstream looks: above the versions when they agree', () => {
    const columns = ', additionalPrinterColumns: [{name: A, type: int, jsonPath: .spec.a}]';
    expect(kind.create(crd('{type: object}', columns)).errors).toEqual(['spec.additionalPrinterColumns[0].type: Invalid value: "int": must be one of boolean,date,integer,number,string']);
    const two = `${crd('{type: object}', columns)}  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}\n`;
    expect(kind.create(two).errors[0]).toMatch(/^spec.versions\[0\].additionalPrinterColumns\[0\].type/);
  });

  it('selects by fields that there are', () => {
    const schema = '{type: object, properties: {spec: {type: object, properties: {color: {type: string}}}}}';
    const by = (path: string): string[] => kind.create(crd(schema, `, selectableFields: [{jsonPath: ${path}}]`)).errors;
    expect(by('.spec.color')).toEqual([]);
    expect(by('.spec.size')).toEqual(['spec.selectableFields[0].jsonPath: Invalid value: ".spec.size": is an invalid path: does not refer to a valid field']);
    expect(by('.spec')).toEqual([expect.stringContaining('must point to a field of type string, boolean or integer')]);
  });

  it('converts by a webhook that is named', () => {
    const { object, errors } = kind.create(crd('{type: object}', '', '  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {service: {namespace: a, name: b}}}}'));
    expect(errors).toEqual([]);
    expect(object.spec.conversion.webhook.clientConfig.service.port).toBe(443);
    expect(kind.create(crd('{type: object}', '', '  conversion: {strategy: Webhook}')).errors).toEqual([
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ]);
  });

  it('keeps its names once they are taken, and versions that may be stored', () => {
    const { object } = kind.create(crd());
    expect(kind.update(object, (o) => void (o.spec.scope = 'Cluster')).errors).toEqual([]);
    object.status.conditions = [{ type: 'Established', status: 'True' }];
    expect(kind.update(object, (o) => void (o.spec.scope = 'Cluster')).errors).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable']);
    const moved = kind.update(object, (o) => void (o.spec.versions[0].name = 'v2'));
    expect(moved.object.status.storedVersions).toEqual(['v1', 'v2']);
    expect(moved.errors).toEqual([expect.stringMatching(/^status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version/)]);
  });

  it('warns of formats that nothing checks, once', () => {
    const schema = '{type: object, properties: {spec: {type: string, format: postcode}}}';
    const { object, warnings } = kind.create(crd(schema));
    expect(warnings).toEqual(['unrecognized format "postcode"']);
    expect(kind.update(object, (o) => void (o.metadata.labels = { a: 'b' })).warnings).toEqual([]);
  });
});

describe('schema of a CustomResourceDefinition', () => {
  const errorsOf = (spec: string): string[] => kind.create(crd(`{type: object, properties: {spec: ${spec}}}`)).errors.map((e) => e.replace('spec.validation.openAPIV3Schema.', ''));

  it.each([
    ['{properties: {a: {}}}', ['properties[spec].properties[a].type: Required value: must not be empty for specified object fields', 'properties[spec].type: Required value: must not be empty for specified object fields']],
    ['{type: array}', ['properties[spec].items: Required value: must be specified']],
    ['{type: object, $ref: "#/x"}', ['properties[spec].$ref: Forbidden: $ref is not supported']],
    ['{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}', ['properties[spec].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive']],
    ['{type: object, properties: {a: {type: string}}, anyOf: [{properties: {a: {type: string}}}]}', ['properties[spec].anyOf[0].properties[a].type: Forbidden: must be empty to be structural']],
    ['{type: string, pattern: "["}', ["properties[spec].pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: `[`"]],
    ['{type: array, items: {type: string}, x-kubernetes-list-type: bag}', ['properties[spec].x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"']],
    ['{type: array, items: {type: object, properties: {k: {type: string}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]}', ['properties[spec].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property']],
    ['{type: object, x-kubernetes-embedded-resource: true}', ['properties[spec].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields']],
    ['{type: object, x-kubernetes-preserve-unknown-fields: false}', ['properties[spec].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined']],
    ['{type: object, x-kubernetes-validations: [{rule: " "}]}', ['properties[spec].x-kubernetes-validations[0].rule: Required value: rule is not specified']],
  ])('refuses %s', (spec, errors) => {
    expect(errorsOf(spec)).toEqual(errors);
  });

  it.each([
    '{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}',
    '{x-kubernetes-preserve-unknown-fields: true}',
    '{type: object, additionalProperties: true}',
    '{type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {properties: {a: {minLength: 1}}}]}',
    '{type: string, pattern: "^(?P<year>[0-9]{4})\\\\z"}',
  ])('takes %s', (spec) => {
    expect(errorsOf(spec)).toEqual([]);
  });

  it('has only what restricts all objects at its root when there is a status, and shows what it has', () => {
    const [error] = kind.create(crd('{type: object, allOf: []}').replace('schema:', 'subresources: {status: {}}, schema:')).errors;
    expect(error).toMatch(/^spec.validation.openAPIV3Schema: Invalid value: {"ID":"",.*"AllOf":\[\],.*: only \[Description .* fields are allowed at the root/);
  });

  it('speaks in a nested context only of what there is', () => {
    expect(kind.create(crd('{type: object, anyOf: [{properties: {spec: {minProperties: 1}}}]}')).errors).toEqual([
      'spec.validation.openAPIV3Schema.properties[spec]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[spec]',
    ]);
  });

  it('is an object whose metadata only restricts names', () => {
    expect(kind.create(crd('{type: string}')).errors).toEqual(['spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root']);
    expect(kind.create(crd('{type: object, properties: {metadata: {type: object, properties: {name: {type: string, maxLength: 9}}}}}')).errors).toEqual([]);
    expect(kind.create(crd('{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}')).errors).toEqual([
      'spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ]);
  });
});
