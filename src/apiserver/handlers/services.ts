import type { GroupResource } from '../../api/errors/status-error';
import type { SchemaSet } from '../../api/schema/schema';
import type { Clock } from '../../util/clock';
import type { Random } from '../../util/random';
import type { AdmissionChain } from '../admission/admission';
import type { Registry } from '../registry/registry';
import type { Ctx, Lookup } from '../registry/strategy';
import type { RequestContext } from './handlers';

/** What every handler needs; one per API server. */
export interface HandlerServices {
  schemas: SchemaSet;
  admission: AdmissionChain;
  clock: Clock;
  random: Random;
  lookup: Lookup;
  /** Where a resource is stored. @throws Error when nothing is stored of it */
  registryOf(r: { group: string; resource: string }): Registry;
}

/** The view of a request that strategies and admission get. `resource` is what errors call the stored resource. */
export function strategyContext(s: HandlerServices, ctx: RequestContext, verb: Ctx['verb'], dryRun: boolean, resource?: GroupResource): Ctx {
  return {
    user: ctx.user,
    clock: s.clock,
    random: s.random,
    lookup: s.lookup,
    namespace: ctx.namespace,
    verb,
    subresource: ctx.subresource,
    resource,
    dryRun,
    warn: (text) => ctx.warn(text),
  };
}
