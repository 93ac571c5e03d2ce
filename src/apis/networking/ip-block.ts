import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { cidrContains, cidrWarnings, parseCidrSloppy, validateLegacyCidr } from '../shared/cidr';

export interface IpBlock {
  cidr?: string;
  except?: string[];
}

/** Complaints about a network and the networks left out of it; texts in `validOld` pass as they are. */
export function validateIpBlock(block: IpBlock, path: string, validOld: readonly string[]): FieldError[] {
  if (!block.cidr) return [required(`${path}.cidr`)];
  const errors = validateLegacyCidr(block.cidr, `${path}.cidr`, validOld);
  const network = parseCidrSloppy(block.cidr);
  if (!network) return errors;
  block.except?.forEach((text, i) => {
    const at = `${path}.except[${i}]`;
    errors.push(...validateLegacyCidr(text, at, validOld));
    const except = parseCidrSloppy(text);
    if (except && (!cidrContains(network, except.network) || network.prefix >= except.prefix)) {
      errors.push(invalidValue(at, text, 'must be a strict subset of `cidr`'));
    }
  });
  return errors;
}

/** Every block of a policy with its path. */
export function ipBlocksOf(o: KubeObject): { block: IpBlock; path: string }[] {
  const found: { block: IpBlock; path: string }[] = [];
  for (const [direction, peers] of [['ingress', 'from'], ['egress', 'to']] as const) {
    ((o.spec?.[direction] ?? []) as Record<string, { ipBlock?: IpBlock }[] | undefined>[]).forEach((rule, i) =>
      rule[peers]?.forEach((peer, j) => {
        if (peer.ipBlock) found.push({ block: peer.ipBlock, path: `spec.${direction}[${i}].${peers}[${j}].ipBlock` });
      }),
    );
  }
  return found;
}

/** Warnings for blocks that are valid but not in canonical form. */
export function ipBlockWarnings(o: KubeObject): string[] {
  return ipBlocksOf(o).flatMap(({ block, path }) => [
    ...cidrWarnings(block.cidr ?? '', `${path}.cidr`),
    ...(block.except ?? []).flatMap((text, i) => cidrWarnings(text, `${path}.except[${i}]`)),
  ]);
}
