import { semanticEqual } from '../shared/equality';
import type { Raw } from '../shared/raw';

/** The per-version fields that stand above the versions when all of them agree. */
const SHARED = { schema: 'validation', subresources: 'subresources', additionalPrinterColumns: 'additionalPrinterColumns', selectableFields: 'selectableFields' };

/**
 * A CustomResourceDefinitionSpec as upstream validates it: what is the same in all versions is moved up, and the conversion webhook is
 * flattened. Paths of errors follow this form, which is why a schema is complained about at spec.validation.
 */
export function internalSpecOf(spec: Raw): Raw {
  const versions = (spec.versions ?? []) as Raw[];
  const out: Raw = { ...spec, versions: versions.map((v) => ({ ...v })) };
  if (spec.versions == null) delete out.versions;
  const { conversion } = spec;
  if (conversion) {
    out.conversion = {
      strategy: conversion.strategy,
      webhookClientConfig: conversion.webhook?.clientConfig,
      conversionReviewVersions: conversion.webhook?.conversionReviewVersions,
    };
  }
  if (!versions.length) return out;
  out.version = versions[0]!.name;
  for (const [field, above] of Object.entries(SHARED)) {
    const first = versions[0]![field];
    if (!versions.every((v) => semanticEqual(v[field], first))) continue;
    if (first !== undefined) out[above] = first;
    for (const v of out.versions as Raw[]) delete v[field];
  }
  return out;
}
