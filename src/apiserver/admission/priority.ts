import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { refusal } from './refusal';

const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };
const DEFAULT_PRIORITY = 0;
const DEFAULT_POLICY = 'PreemptLowerPriority';

/** Priority: turns a pod's priorityClassName into its number, and keeps a second class from becoming the global default. */
export class PriorityAdmission implements AdmissionPlugin {
  readonly name = 'Priority';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    if (subresource !== undefined) return false;
    if (d.gvk.group === '' && d.plural === 'pods') return operation === 'CREATE' || operation === 'UPDATE';
    return d.gvk.group === PRIORITY_CLASSES.group && d.plural === 'priorityclasses' && (operation === 'CREATE' || operation === 'UPDATE');
  }

  admit(r: AdmissionRequest): void {
    if (r.definition.plural !== 'pods') return;
    const spec = r.object!.spec;
    if (r.operation === 'UPDATE') {
      spec.priority ??= r.old!.spec.priority;
      spec.preemptionPolicy ??= r.old!.spec.preemptionPolicy;
      return;
    }
    let value = DEFAULT_PRIORITY;
    let policy: string | undefined;
    if (spec.priorityClassName) {
      const found = r.ctx.lookup.get(PRIORITY_CLASSES, undefined, spec.priorityClassName as string);
      if (!found) throw refusal(r, `no PriorityClass with name ${spec.priorityClassName} was found`);
      value = (found.value as number | undefined) ?? 0;
      policy = found.preemptionPolicy as string | undefined;
    } else {
      const found = this.globalDefault(r);
      if (found) {
        spec.priorityClassName = found.metadata.name;
        value = (found.value as number | undefined) ?? 0;
        policy = found.preemptionPolicy as string | undefined;
      }
    }
    if (spec.priority !== undefined && spec.priority !== value) {
      throw refusal(r, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`);
    }
    spec.priority = value;
    policy ??= DEFAULT_POLICY;
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refusal(r, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`);
    }
    spec.preemptionPolicy = policy;
  }

  validate(r: AdmissionRequest): void {
    if (r.definition.plural !== 'priorityclasses' || !r.object!.globalDefault) return;
    const other = this.globalDefault(r);
    if (other && other.metadata.name !== r.object!.metadata.name) {
      throw refusal(r, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
    }
  }

  /** The global default with the lowest value, should there be several. */
  private globalDefault(r: AdmissionRequest) {
    let best: ReturnType<typeof r.ctx.lookup.get>;
    for (const c of r.ctx.lookup.list(PRIORITY_CLASSES)) if (c.globalDefault && (!best || (c.value ?? 0) < (best.value ?? 0))) best = c;
    return best;
  }
}
