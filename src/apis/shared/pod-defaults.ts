import type { KubeObject } from '../../api/meta/object';
import { defaultPullPolicy } from './image-tag';
import type { Raw } from './raw';
import { defaultResourceList, defaultResources } from './resource-defaults';
import { defaultFieldRef, defaultVolume } from './volume-defaults';

const INIT_CONTAINER_ANNOTATIONS = [
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-container-statuses',
  'pod.alpha.kubernetes.io/init-container-statuses',
];

/** Drops the annotations that stood for init containers before they were fields. */
export function dropInitContainerAnnotations(metadata: KubeObject['metadata'] | undefined): void {
  const annotations = metadata?.annotations;
  if (!annotations) return;
  for (const key of INIT_CONTAINER_ANNOTATIONS) delete annotations[key];
  for (const _ in annotations) return;
  delete metadata.annotations;
}

/** Defaults of a PodTemplateSpec as every kind with a template has them. Idempotent. */
export function defaultPodTemplate(t: Raw | undefined): void {
  if (!t) return;
  t.metadata ??= {};
  dropInitContainerAnnotations(t.metadata as KubeObject['metadata']);
  defaultPodSpec((t.spec ??= {}) as Raw);
}

/** Defaults of a PodSpec; those that only whole pods have are in apis/core/pod. Idempotent. */
export function defaultPodSpec(spec: Raw): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  // serviceAccount is the old name of serviceAccountName: written as an alias, read when the new one is missing
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  const volumes = spec.volumes as Raw[] | undefined;
  if (volumes) for (const v of volumes) defaultVolume(v);
  eachContainer(spec.initContainers, defaultContainer);
  eachContainer(spec.containers, defaultContainer);
  eachContainer(spec.ephemeralContainers, defaultContainer);
  if (spec.overhead) defaultResourceList(spec.overhead);
  if (spec.resources) defaultResources(spec.resources);
}

function eachContainer(list: Raw[] | undefined, f: (c: Raw) => void): void {
  if (list) for (let i = 0; i < list.length; i++) f(list[i]!);
}

/** Defaults of a container, init container or ephemeral container. */
export function defaultContainer(c: Raw): void {
  c.imagePullPolicy ||= defaultPullPolicy(c.image);
  c.terminationMessagePath ||= '/dev/termination-log';
  c.terminationMessagePolicy ||= 'File';
  const ports = c.ports as Raw[] | undefined;
  if (ports) for (const p of ports) p.protocol ||= 'TCP';
  const env = c.env as Raw[] | undefined;
  if (env) {
    for (const e of env) {
      const from = e.valueFrom as Raw | undefined;
      if (!from) continue;
      defaultFieldRef(from.fieldRef);
      if (from.resourceFieldRef) from.resourceFieldRef.divisor ??= '0';
      if (from.fileKeyRef) from.fileKeyRef.optional ??= false;
    }
  }
  if (c.resources) defaultResources(c.resources);
  else c.resources = {};
  defaultProbe(c.livenessProbe);
  defaultProbe(c.readinessProbe);
  defaultProbe(c.startupProbe);
  const lifecycle = c.lifecycle as Raw | undefined;
  if (lifecycle) {
    if (lifecycle.postStart?.httpGet) defaultHttpGet(lifecycle.postStart.httpGet);
    if (lifecycle.preStop?.httpGet) defaultHttpGet(lifecycle.preStop.httpGet);
  }
}

function defaultProbe(p: Raw | undefined): void {
  if (!p) return;
  p.timeoutSeconds ||= 1;
  p.periodSeconds ||= 10;
  p.successThreshold ||= 1;
  p.failureThreshold ||= 3;
  if (p.httpGet) defaultHttpGet(p.httpGet);
  if (p.grpc) p.grpc.service ??= '';
}

function defaultHttpGet(h: Raw): void {
  h.path ||= '/';
  h.scheme ||= 'HTTP';
}
