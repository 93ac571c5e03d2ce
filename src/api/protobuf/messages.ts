import { apiVersionOf, parseApiVersion } from '../meta/object';

/** Package → message → "jsonName number type,…" as openapi/protobuf.json holds them. */
export type ProtobufTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Scalar = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'double';

export interface MessageField {
  /** Name in JSON. */
  readonly name: string;
  readonly number: number;
  readonly repeated: boolean;
  /** Values of a map from string. */
  readonly map: boolean;
  /** The message's fields stand in the parent in JSON. */
  readonly embedded: boolean;
  readonly scalar?: Scalar;
  /** Full name of the message type, when it is no scalar. */
  readonly message?: string;
}

/** A message: its fields by number, and in order. */
export class MessageType {
  readonly fields: readonly MessageField[];
  private readonly byNumber: (MessageField | undefined)[] = [];

  constructor(
    readonly name: string,
    fields: readonly MessageField[],
  ) {
    this.fields = fields;
    for (const f of fields) this.byNumber[f.number] = f;
  }

  field(number: number): MessageField | undefined {
    return this.byNumber[number];
  }
}

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const SCALARS = new Set<string>(['string', 'bytes', 'bool', 'int32', 'int64', 'double']);

/** The message types of the API, built from the table when they are first asked for. */
export class MessageSet {
  private readonly types = new Map<string, MessageType | undefined>();

  constructor(private readonly table: ProtobufTable) {}

  /** By full name. */
  get(name: string): MessageType | undefined {
    if (!this.types.has(name)) this.types.set(name, this.build(name));
    return this.types.get(name);
  }

  /** The message of a kind; kinds of meta/v1 (Status, DeleteOptions …) belong to every group. */
  forKind(apiVersion: string, kind: string): MessageType | undefined {
    return this.get(`${packageOf(apiVersion)}.${kind}`) ?? this.get(`${META}.${kind}`);
  }

  private build(name: string): MessageType | undefined {
    const dot = name.lastIndexOf('.');
    const pkg = name.slice(0, dot);
    const line = this.table[pkg]?.[name.slice(dot + 1)];
    if (line === undefined) return undefined;
    return new MessageType(name, line === '' ? [] : line.split(',').map((text) => parseField(text, pkg)));
  }
}

function parseField(text: string, pkg: string): MessageField {
  const [name, number, type] = text.split(' ') as [string, string, string];
  const repeated = type.startsWith('*');
  const map = type.startsWith('{}');
  const embedded = type.startsWith('^');
  const base = type.slice(map ? 2 : repeated || embedded ? 1 : 0);
  const target = SCALARS.has(base) ? { scalar: base as Scalar } : { message: base.includes('.') ? base : `${pkg}.${base}` };
  return { name, number: Number(number), repeated, map, embedded, ...target };
}

/** The protobuf package of a group version. */
function packageOf(apiVersion: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  if (group === 'meta.k8s.io') return version === 'v1' ? META : `k8s.io.apimachinery.pkg.apis.meta.${version}`;
  if (group === 'apiextensions.k8s.io') return `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}`;
  if (group === 'apiregistration.k8s.io') return `k8s.io.kube_aggregator.pkg.apis.apiregistration.${version}`;
  return `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}`;
}

/** 'apps/v1, Kind=Deployment', for messages. */
export function showKind(apiVersion: string, kind: string): string {
  return `${apiVersionOf(parseApiVersion(apiVersion))}, Kind=${kind}`;
}
