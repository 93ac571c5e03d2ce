import { StatusError, badRequest, notFound } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Clock, Disposable } from '../../util/clock';
import type { Exchange } from '../http/exchange';
import type { ConnectHandler } from '../http/resource-routes';
import type { Lookup } from '../registry/strategy';
import { nodeAddress, parseProxyId, podAddress, refused, serviceAddress, unavailable } from './locations';
import { formatLog, podLogOptions } from './pod-logs';
import type { PodLogLine, PodLogOptions } from './pod-logs';

/** What the API server asks of the nodes. @throws Error when the container is not there or has not started */
export interface NodeAgent {
  logs(namespace: string, pod: string, container: string | undefined, o: { tail?: number; since?: number; previous?: boolean }): readonly PodLogLine[];
}

const PODS = { group: '', version: 'v1', resource: 'pods' };
/** How often a followed log is looked at, in milliseconds. */
const FOLLOW_PERIOD = 250;

/** Serves log, exec, attach, portforward and proxy: what goes through the API server to a node. */
export class Connections {
  constructor(
    private readonly lookup: Lookup,
    private readonly clock: Clock,
    /** The nodes of this process; undefined when they live elsewhere. */
    private readonly agent: () => NodeAgent | undefined,
  ) {}

  readonly handle: ConnectHandler = (x, handlers) => {
    if (x.subresource === 'proxy') throw unavailable(`error trying to reach service: ${refused(this.proxied(x, handlers.definition.plural))}`);
    if (x.subresource === 'log') return this.log(x);
    const pod = this.pod(x, x.name!);
    if (x.subresource !== 'portforward') containerOf(pod, x.query.get('container') || undefined);
    if (!pod.spec.nodeName) throw badRequest(`pod ${x.name} does not have a host assigned`);
    const address = this.kubelet(pod);
    if (!x.upgrade) throw badRequest('Upgrade request required');
    throw new StatusError(500, undefined, `error dialing backend: ${refused(address)}`);
  };

  /** The address behind a proxy path. */
  private proxied(x: Exchange, resource: string): string {
    if (resource === 'services') return serviceAddress(this.lookup, x.namespace!, x.name!);
    const { name, port } = parseProxyId(x.name!, resource === 'nodes' ? 'node' : 'pod');
    return resource === 'nodes' ? nodeAddress(this.lookup, name, port) : podAddress(this.pod(x, name), port);
  }

  private pod(x: Exchange, name: string): KubeObject {
    const found = this.lookup.get(PODS, x.namespace, name);
    if (!found) throw notFound(PODS, name);
    return found;
  }

  /** The address of a pod's node. @throws NotFound, which upstream words as if it were about a pod */
  private kubelet(pod: KubeObject): string {
    return nodeAddress(this.lookup, pod.spec.nodeName as string, '', 'pods');
  }

  private log(x: Exchange): void {
    const o = podLogOptions(x.query, x.name!, this.clock.now());
    const pod = this.pod(x, x.name!);
    const container = containerOf(pod, o.container);
    if (!pod.spec.nodeName) return x.send(204, '', Buffer.alloc(0));
    this.kubelet(pod);
    const lines = this.lines(pod, container, o);
    if (!o.follow) {
      const bytes = Buffer.from(formatLog(lines, o));
      return x.send(200, 'text/plain', o.limitBytes === undefined ? bytes : bytes.subarray(0, o.limitBytes));
    }
    this.follow(x, pod, container, o, lines);
  }

  /** Sends what is there and whatever comes until the container has ended or the client has gone. */
  private follow(x: Exchange, pod: KubeObject, container: string, o: PodLogOptions, first: readonly PodLogLine[]): void {
    x.begin(200, 'text/plain');
    let sent = this.lines(pod, container, { ...o, tail: undefined }).length;
    x.call.write(formatLog(first, o));
    let timer: Disposable | undefined = undefined;
    const look = (): void => {
      const now = this.lookup.get(PODS, pod.metadata.namespace, pod.metadata.name!);
      const gone = now?.metadata.uid !== pod.metadata.uid || !isRunning(now, container);
      const all = now ? this.lines(now, container, { ...o, tail: undefined }) : [];
      if (all.length > sent) x.call.write(formatLog(all.slice(sent), o));
      sent = all.length;
      if (!gone) return;
      timer?.dispose();
      x.call.end();
    };
    timer = this.clock.every(FOLLOW_PERIOD, look);
    x.call.onGone(() => timer.dispose());
    look();
  }

  private lines(pod: KubeObject, container: string, o: PodLogOptions): readonly PodLogLine[] {
    const agent = this.agent();
    const { name, namespace } = pod.metadata;
    if (!agent) throw new StatusError(500, undefined, `error dialing backend: the node ${pod.spec.nodeName} is not in this process`);
    try {
      return agent.logs(namespace!, name!, container, { tail: o.tail, since: o.since, previous: o.previous });
    } catch (e) {
      const why = o.previous ? `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found` : `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ContainerCreating`;
      throw badRequest(e instanceof Error && e.message.includes('is not running on a node') ? e.message : why);
    }
  }
}

interface Named {
  name: string;
}

/** The container meant: the one named, or the only one. @throws BadRequest in upstream's words */
function containerOf(pod: KubeObject, wanted: string | undefined): string {
  const of = (field: string): string[] => ((pod.spec[field] as Named[] | undefined) ?? []).map((c) => c.name);
  const main = of('containers');
  const all = [...of('initContainers'), ...main, ...of('ephemeralContainers')];
  const name = pod.metadata.name;
  if (wanted === undefined) {
    if (main.length === 1) return main[0]!;
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
  }
  if (!all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  return wanted;
}

function isRunning(pod: KubeObject | undefined, container: string): boolean {
  const statuses = [...((pod?.status?.containerStatuses as { name: string; state?: { terminated?: object } }[] | undefined) ?? []), ...((pod?.status?.initContainerStatuses as { name: string; state?: { terminated?: object } }[] | undefined) ?? [])];
  const status = statuses.find((s) => s.name === container);
  return !!status && !status.state?.terminated;
}
