// The workloads of kube-scheduler's benchmark (scheduler_perf) at 5,000 nodes, and the pods a second that it has to reach on the machines of its project.

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';

const pod = (o = {}) => ({
  labels: o.color ? { color: o.color } : undefined,
  spec: {
    ...o.spec,
    containers: [
      {
        name: 'pause',
        image: 'registry.k8s.io/pause:3.10.2',
        ports: [{ containerPort: 80 }],
        resources: { requests: { cpu: o.cpu ?? '100m', memory: '500Mi' }, ...(o.limits === false ? {} : { limits: { cpu: o.cpu ?? '100m', memory: '500Mi' } }) },
      },
    ],
  },
});

const near = (color, topologyKey) => ({ labelSelector: { matchLabels: { color } }, topologyKey, namespaces: ['sched-1', 'sched-0'] });
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const required = (kind, color, key) => pod({ color, spec: { affinity: { [kind]: { [REQUIRED]: [near(color, key)] } } } });
const preferred = (kind, color, key) => pod({ color, spec: { affinity: { [kind]: { [PREFERRED]: [{ weight: 1, podAffinityTerm: near(color, key) }] } } } });
const spread = (whenUnsatisfiable) =>
  pod({ color: 'blue', spec: { topologySpreadConstraints: [{ maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } }] } });
const inZone = pod({ spec: { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }] } } } } });
const lowPriority = pod({ cpu: '900m', spec: { terminationGracePeriodSeconds: 0 } });
const highPriority = pod({ cpu: '3000m', spec: { priority: 10 } });
const tooLarge = pod({ cpu: '9', limits: false, spec: { priority: 10 } });
const MOONS = ['moon-1', 'moon-2', 'moon-3'];
const EVERY_200_MS = 200;

/**
 * name; threshold in pods a second, absent where upstream sets none; nodes, unless 5,000; zones that the nodes are dealt to in turn; `init` pods that are there before;
 * `measure`: those whose placing is timed; `churn`: a pod made every so many milliseconds meanwhile.
 * Unlike upstream's, every node carries its host name as a label, so that terms about it mean something.
 */
export const WORKLOADS = [
  { name: 'SchedulingBasic', threshold: 680, init: { count: 1000, pod: pod() }, measure: { count: 10_000, pod: pod() } },
  { name: 'Unschedulable', threshold: 680, init: { count: 100, pod: pod() }, measure: { count: 10_000, pod: pod() }, churn: { pod: tooLarge, every: EVERY_200_MS } },
  { name: 'PreemptionBasic', nodes: 1000, init: { count: 4000, pod: lowPriority }, measure: { count: 1000, pod: highPriority } },
  { name: 'PreemptionAsync', threshold: 570, init: { count: 20_000, pod: lowPriority }, measure: { count: 5000, pod: pod() }, churn: { pod: highPriority, every: EVERY_200_MS } },
  { name: 'TopologySpreading', threshold: 460, zones: MOONS, init: { count: 5000, pod: pod() }, measure: { count: 5000, pod: spread('DoNotSchedule') } },
  { name: 'PreferredTopologySpreading', threshold: 125, zones: MOONS, init: { count: 5000, pod: pod() }, measure: { count: 5000, pod: spread('ScheduleAnyway') } },
  { name: 'NodeAffinity', threshold: 220, zones: ['zone1'], init: { count: 5000, pod: inZone }, measure: { count: 10_000, pod: inZone } },
  { name: 'PodAffinity', threshold: 35, zones: ['zone1'], init: { count: 5000, pod: required('podAffinity', 'blue', ZONE) }, measure: { count: 5000, pod: required('podAffinity', 'blue', ZONE) } },
  { name: 'PodAntiAffinity', threshold: 60, init: { count: 1000, pod: required('podAntiAffinity', 'green', HOSTNAME) }, measure: { count: 2000, pod: required('podAntiAffinity', 'green', HOSTNAME) } },
  { name: 'PreferredPodAffinity', threshold: 90, init: { count: 5000, pod: preferred('podAffinity', 'red', HOSTNAME) }, measure: { count: 5000, pod: preferred('podAffinity', 'red', HOSTNAME) } },
  { name: 'PreferredPodAntiAffinity', threshold: 90, init: { count: 5000, pod: preferred('podAntiAffinity', 'yellow', HOSTNAME) }, measure: { count: 5000, pod: preferred('podAntiAffinity', 'yellow', HOSTNAME) } },
];
