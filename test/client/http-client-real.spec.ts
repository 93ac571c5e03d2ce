import { stringify } from 'yaml';
import { HttpClient } from '../../src/client/http-client';
import { optionsFromKubeconfig } from '../../src/client/kubeconfig';
import { SystemClock } from '../../src/util/system-clock';
import { startTestCluster } from '../cluster/test-cluster';
import { describeClient } from './client-suite';

for (const [name, suffix] of [
  ['a client certificate', ''],
  ['a bearer token', '-token'],
] as const) {
  describeClient(`HttpClient with ${name}`, async () => {
    const cluster = await startTestCluster({ components: ['none'] });
    const { namespace: _, ...options } = optionsFromKubeconfig(stringify(cluster.kubeconfig), '.', `${cluster.kubeconfig['current-context']}${suffix}`);
    const client = new HttpClient({ ...options, clock: new SystemClock(), userAgent: 'suite/1' });
    return {
      client,
      close: async () => {
        client.close();
        await cluster.stop();
      },
    };
  });
}
