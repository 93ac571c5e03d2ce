import type { Strategy } from '../../apiserver/registry/strategy';
import { validateConditionTypes } from './condition-types';
import { GENERIC_UPDATE } from '../shared/metadata-rules';

/** The status view of both kinds: nothing else changes, not even annotations. */
export const resetToSpecAndMetadata: Strategy = {
  metadata: GENERIC_UPDATE,
  prepareForUpdate: (_c, o, old) => {
    const { managedFields } = o.metadata;
    o.metadata = { ...old.metadata, managedFields };
    if (!managedFields) delete o.metadata.managedFields;
    o.spec = old.spec;
  },
  validate: (_c, o) => validateConditionTypes(o),
  resetFields: [['metadata'], ['spec']],
};
