import type { components } from './generated/kubernetes';

type Schemas = components['schemas'];

/** io.k8s.api.core.v1.Pod → core.v1.Pod, io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta → meta.v1.ObjectMeta */
type Short<N extends string> = N extends `io.k8s.api.${infer Rest}` ? Rest : N extends `${string}.pkg.apis.${infer Rest}` ? Rest : N extends `io.k8s.apimachinery.pkg.${infer Rest}` ? Rest : N;

/** The types of the Kubernetes API: K8s['core.v1.Pod'], K8s['apps.v1.DeploymentSpec'], K8s['meta.v1.LabelSelector']. */
export type K8s = { [N in keyof Schemas & string as Short<N>]: Schemas[N] };
