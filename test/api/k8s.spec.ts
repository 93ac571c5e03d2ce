import { expectTypeOf, it } from 'vitest';
import type { K8s } from '../../src/api/k8s';

it('names the types of the API by group, version and kind', () => {
  expectTypeOf<NonNullable<K8s['core.v1.Pod']['spec']>>().toEqualTypeOf<K8s['core.v1.PodSpec']>();
  expectTypeOf<K8s['apps.v1.DeploymentSpec']['replicas']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<K8s['apps.v1.DeploymentSpec']['selector']>().toEqualTypeOf<K8s['meta.v1.LabelSelector']>();
  // The server writes quantities as text.
  expectTypeOf<NonNullable<K8s['core.v1.ResourceRequirements']['limits']>>().toEqualTypeOf<Record<string, string>>();
});
