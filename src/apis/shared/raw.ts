/**
 * A part of a decoded object whose type the schema decides, not TypeScript: fields of built-in kinds are read by name here, after the
 * decoder has made sure of their types.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
export type Raw = Record<string, any>;

/** Quantities by resource name, canonical text. */
export type ResourceList = Record<string, string>;
