import type { MetadataRules } from '../../apiserver/registry/strategy';

/** The kind checks the changed object like a new one, after what may not change. */
export const CHANGE_THEN_WHOLE: MetadataRules = { onUpdate: ['change', 'whole'] };

/** The kind checks the changed object like a new one, before what may not change. */
export const WHOLE_THEN_CHANGE: MetadataRules = { onUpdate: ['whole', 'change'] };

/** The kind checks the changed object like a new one, and nothing else of its metadata. */
export const WHOLE: MetadataRules = { onUpdate: ['whole'] };

/** The same with the rules of any object's finalizers. */
export const WHOLE_PLAIN: MetadataRules = { onUpdate: ['whole'], plainFinalizers: true };

/** The kind has the rules of any object's finalizers. */
export const CHANGE_PLAIN: MetadataRules = { plainFinalizers: true };

/** The kind leaves metadata to the generic checks. */
export const GENERIC: MetadataRules = { onCreate: false, onUpdate: [] };

/** A subresource whose kind leaves the metadata of its updates to the generic checks. */
export const GENERIC_UPDATE: MetadataRules = { onUpdate: [] };
