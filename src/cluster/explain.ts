import type { PodExplanation } from '../scheduler/explain/explanation';
import { createScheduler } from '../scheduler/scheduler';
import type { ClusterEnvironment } from './cluster';
import { defaultKubeconfigPath } from './kubeconfig';
import { remoteServer } from './remote-contexts';
import { schedulerOptions } from './scheduler-config';

export interface ExplainOptions {
  /** Undefined: that of the context. */
  namespace?: string;
  /** How to reach the API server; undefined: the user's own kubeconfig, its current context. */
  kubeconfig?: string;
  context?: string;
  schedulerConfig?: string;
}

/**
 * Compares the nodes for a pod of a running cluster: reads what schedulers read over the API and goes through a cycle of its own. It works with
 * any API server, and with kube-scheduler beside it.
 * @throws OptionsError when the scheduler's configuration is wrong; Error in one sentence when the server or the pod cannot be had
 */
export async function explainPodOf(name: string, o: ExplainOptions, x: ClusterEnvironment): Promise<PodExplanation> {
  const options = schedulerOptions(o.schedulerConfig);
  const remote = remoteServer(o.kubeconfig ?? defaultKubeconfigPath(x.env), o.context, x);
  const signal = x.signal ?? new AbortController().signal;
  try {
    await remote.answers(signal);
    const scheduler = createScheduler(remote.contexts.of('kubernest', 'kubernest'), options);
    try {
      await scheduler.observe(signal);
      return scheduler.explain(o.namespace ?? remote.namespace, name);
    } finally {
      await scheduler.stop();
    }
  } finally {
    await remote.contexts.stop();
    remote.close();
  }
}
