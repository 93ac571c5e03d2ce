// The objects that benchmarks load a cluster with.

/** A Pod that no scheduler takes, with what most Pods have. */
export const pod = (i) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p-${i}`, labels: { app: `a-${i % 50}`, tier: i % 2 ? 'web' : 'db' } },
  spec: {
    schedulerName: 'none',
    serviceAccountName: 'default',
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } } }],
  },
});

/** A ConfigMap of 1 kB. */
export const configMap = (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { k: 'x'.repeat(1000) } });
