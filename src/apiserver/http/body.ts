import { badRequest } from '../../api/errors/status-error';
import { jsonKind } from '../../api/patch/go-format';
import { parseJson } from '../../api/schema/json';
import { deeperThan, MAX_JSON_DEPTH } from '../../api/schema/nesting';
import { parseYaml } from '../../api/yaml/decode';
import type { Body } from '../handlers/handlers';
import { ALL_TYPES, MEDIA_TYPES } from './negotiate';
import { unsupportedMediaType } from './refusals';

/** Decodes the payload of a protobuf body; the codec knows the kinds. */
export interface ProtobufBodies {
  /** `apiVersion` and `kind` fill what the envelope leaves empty. @throws Error with upstream's message */
  decode(bytes: Uint8Array, fallback: { apiVersion: string; kind: string }): unknown;
}

/** The kind a body is expected to hold: for messages, and for what a body does not say itself. */
export interface ExpectedKind {
  apiVersion: string;
  kind: string;
  /** Wrap decode errors as create and update do; DELETE passes them on as they are. */
  wrap: boolean;
}

/** The media type a body is in, by Content-Type; none means JSON. @throws 415 */
export function bodyType(contentType: string): Exclude<Body['mediaType'], 'local'> {
  if (contentType === '' || contentType === 'application/json') return MEDIA_TYPES.json as 'application/json';
  const semi = contentType.indexOf(';');
  const type = (semi < 0 ? contentType : contentType.slice(0, semi)).trim().toLowerCase();
  if (ALL_TYPES.includes(type)) return type as Exclude<Body['mediaType'], 'local'>;
  throw unsupportedMediaType(ALL_TYPES);
}

/**
 * A request body that is parsed when its value is first asked for, so that handlers can refuse bad parameters before a bad body,
 * as upstream does. The getter throws the StatusError that a body nobody can read deserves.
 */
export class RequestBody implements Body {
  problems?: string[];
  private parsed = false;
  private result: unknown;

  constructor(
    private readonly raw: Buffer,
    readonly mediaType: Exclude<Body['mediaType'], 'local'>,
    private readonly expected: ExpectedKind,
    private readonly protobuf: ProtobufBodies,
  ) {}

  get text(): string | undefined {
    return this.mediaType === 'application/json' ? this.raw.toString('utf8') : undefined;
  }

  get bytes(): Buffer {
    return this.raw;
  }

  get value(): unknown {
    if (!this.parsed) {
      this.result = this.parse();
      this.parsed = true;
    }
    return this.result;
  }

  private parse(): unknown {
    try {
      const problems: string[] = [];
      const value = this.decode(problems);
      if (problems.length) this.problems = problems;
      return value;
    } catch (e) {
      const why = e instanceof Error ? e.message : String(e);
      throw badRequest(this.expected.wrap ? `the object provided is unrecognized (must be of type ${this.expected.kind}): ${why} (${summarize(this.raw)})` : why);
    }
  }

  private decode(problems: string[]): unknown {
    switch (this.mediaType) {
      case 'application/json':
        return withTypeMeta(() => parseJson(this.raw.toString('utf8'), problems, this.raw));
      case 'application/yaml': {
        const value = parseYaml(this.raw.toString('utf8'), problems);
        return withTypeMeta(() => value);
      }
      case 'application/vnd.kubernetes.protobuf':
        return bounded(() => this.protobuf.decode(this.raw, this.expected));
    }
  }
}

/** Messages of schemas nest like JSON, and are walked like it afterwards. */
function bounded(decode: () => unknown): unknown {
  try {
    const value = decode();
    if (!deeperThan(value, MAX_JSON_DEPTH)) return value;
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
  }
  throw new Error('proto: exceeded max depth');
}

/** Go's name of the struct that apiserver reads version and kind into, as its errors print it. */
const TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Checks that the value can say its version and kind; null is an empty object. */
function withTypeMeta(read: () => unknown): unknown {
  try {
    const value = read();
    if (value === null || value === undefined) return {};
    if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${TYPE_META}`);
    for (const field of Object.keys(value)) {
      const v = (value as Record<string, unknown>)[field];
      if ((field === 'kind' || field === 'apiVersion') && typeof v !== 'string' && v !== null) {
        throw new Error(`json: cannot unmarshal ${jsonKind(v)} into Go struct field .${field} of type string`);
      }
    }
    return value;
  } catch (e) {
    throw new Error(`couldn't get version/kind; json parse error: ${(e as Error).message}`);
  }
}

/** The beginning of a body for a message: as text when it looks like JSON, else in hex. */
function summarize(raw: Buffer): string {
  if (raw.length === 0) return '<empty>';
  const more = raw.length > 30 ? ' ...' : '';
  const start = raw.subarray(0, 30);
  return (raw[0] === 0x7b ? start.toString('utf8') : start.toString('hex')) + more;
}
