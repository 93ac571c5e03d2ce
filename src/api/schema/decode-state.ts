import { goQuote, jsonKind } from '../patch/go-format';
import { DecodeError } from './decode-error';
import { goType } from './go-type';
import type { Field, ObjectSchema, SchemaNode } from './schema';

/** Go keeps no more strict complaints than this. */
const MAX_PROBLEMS = 100;

/** Turns a JSON value that is neither null nor absent into its normal form; undefined after a complaint about its type. */
export type Decoder = (value: unknown, s: DecodeState) => unknown;

/** One decoding under way: where it is, and what it has found wrong so far. */
export class DecodeState {
  /** Keys and indices from the root to the value at hand. */
  readonly path: (string | number)[] = [];
  /** The first value of a wrong type. Go reports it only after it has read everything, because a worse error may follow. */
  saved: DecodeError | undefined;

  constructor(
    private readonly root: ObjectSchema,
    public problems: string[] | undefined,
  ) {}

  /** Notes a value of the wrong type and stands for "nothing" in its place. */
  wrongType(value: unknown): undefined {
    this.saved ??= this.typeError(value);
  }

  /** Notes an error that has no place in it, such as bad base64. */
  save(message: string): undefined {
    this.saved ??= new DecodeError(message);
  }

  /** The error of a value that has a decoder of its own, which reads it as `type`; it ends the decoding. */
  typeError(value: unknown, type?: string): DecodeError {
    const { struct, fields, goType: declared } = this.place();
    const what = kindOf(value, type ?? declared);
    const into = type ?? declared;
    return new DecodeError(
      fields === '' ? `json: cannot unmarshal ${what} into Go value of type ${into}` : `json: cannot unmarshal ${what} into Go struct field ${struct}.${fields} of type ${into}`,
    );
  }

  unknownField(key: string): void {
    if (this.problems === undefined || this.problems.length >= MAX_PROBLEMS) return;
    let at = '';
    for (const step of this.path) at += typeof step === 'number' ? `[${step}]` : at === '' ? step : `.${step}`;
    this.problems.push(`unknown field ${goQuote(at === '' ? key : `${at}.${key}`)}`);
  }

  /** Go's names for the place: the struct whose field is read, the fields from the root on, and the type expected. */
  private place(): { struct: string; fields: string; goType: string } {
    let node: SchemaNode = this.root;
    let type = goType(node);
    let struct = this.root.goName;
    const fields: string[] = [];
    for (const step of this.path) {
      if (node.kind === 'any' && node.inner !== undefined && typeof step === 'string') node = node.inner;
      if (node.kind === 'object') {
        const field: Field = node.properties.get(step as string)!;
        if (field.embedded !== undefined) fields.push(field.embedded);
        fields.push(step as string);
        struct = node.goName;
        node = field.schema;
        type = field.goType ?? goType(node);
      } else if (node.kind === 'list') {
        node = node.items;
        type = type.startsWith('[]') ? type.slice(2) : goType(node);
      } else if (node.kind === 'map') {
        node = node.values;
        type = /^map\[[^\]]*\](.*)$/.exec(type)?.[1] ?? goType(node);
      } else if (node.kind === 'any' && node.inner !== undefined) {
        node = node.inner;
        type = goType(node);
      }
    }
    return { struct, fields: fields.join('.'), goType: type };
  }
}

/** How Go names the kind of a JSON value; numbers that do not fit are shown. */
function kindOf(value: unknown, type: string): string {
  const kind = jsonKind(value);
  return kind === 'number' && /^(u?int\d*|float\d+)$/.test(type) ? `number ${String(value)}` : kind;
}
