import type { Clock } from '../../util/clock';
import { badRequest, StatusError, unauthorized } from '../../api/errors/status-error';
import { parseFieldSelector } from '../../api/selectors/field-selector';
import type { Authentication, Authenticator } from '../authn/authenticator';
import { ANONYMOUS } from '../authn/authenticator';
import type { Attributes, Authorizer, Decision } from '../authz/authorizer';
import type { Metrics, RequestSeries } from '../metrics/metrics';
import type { Lane } from '../flowcontrol/lane';
import type { PriorityAndFairness } from '../flowcontrol/priority-and-fairness';
import type { Answers } from './answers';
import { CLIENT_GONE } from './exchange';
import type { Exchange } from './exchange';
import { parseGoDuration } from '../../api/meta/go-duration';
import type { PlainRoutes } from './plain-routes';
import { isOpenPath } from './plain-routes';
import { accessDenied, requestTimedOut } from './refusals';
import type { RequestInfo } from './request-info';
import type { ResourceRoutes, Route } from './resource-routes';

/** What is counted when nobody waited for the answer. */
const CLIENT_CLOSED_REQUEST = 499;
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The fixed way of every request: authentication → flow control → authorization → route. */
export class Chain {
  private readonly series = new Map<string, RequestSeries>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly authorizer: Authorizer,
    private readonly flow: PriorityAndFairness | undefined,
    private readonly resources: ResourceRoutes,
    private readonly plain: PlainRoutes,
    private readonly answers: Answers,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /** Answers the request, now or later; never throws. */
  run(x: Exchange): void {
    x.started = this.clock.monotonic();
    this.metrics.inflight[kindOf(x)]++;
    try {
      const who = this.authenticator.authenticate({ authorization: x.headers.authorization, socket: x.call.socket });
      if (who instanceof Promise) this.later(x, who.then((w) => this.identified(x, w)));
      else this.identified(x, who);
    } catch (error) {
      this.answers.fail(x, error);
    }
    if (!x.answered) x.call.onGone(() => this.clientGone(x));
  }

  /** Counts an answer; to be called once per request that was run. */
  answered(x: Exchange, code: number, bytes: number): void {
    this.metrics.inflight[kindOf(x)]--;
    if (x.entered) {
      x.entered = false;
      this.flow!.leave(x.lane!);
    }
    this.seriesOf(x).observe(code, (this.clock.monotonic() - x.started) / 1000, bytes);
  }

  private identified(x: Exchange, who: Authentication): void {
    if (who === 'invalid') throw unauthorized();
    if (who) x.user = who;
    else if (!x.info.isResource && isOpenPath(x.info.path)) x.user = ANONYMOUS;
    else throw unauthorized();
    const { flow } = this;
    const lane = (x.lane = flow?.classify(x.user, x.info));
    // Probes, discovery of versions and metrics are answered however much there is to do.
    if (!flow || !lane || (!x.info.isResource && isOpenPath(x.info.path))) this.admitted(x);
    else if (flow.enter(lane, x.started)) {
      x.entered = true;
      this.admitted(x);
    } else this.queue(x, flow, lane);
  }

  /** It waits for its turn, and is served or refused then. */
  private queue(x: Exchange, flow: PriorityAndFairness, lane: Lane): void {
    flow.wait(lane, x.user, x.info, {
      get gone() {
        return x.call.gone;
      },
      go: () => {
        x.entered = true;
        try {
          this.admitted(x);
        } catch (error) {
          this.answers.fail(x, error);
        }
      },
      refuse: () => this.answers.text(x, 429, 'Too many requests, please try again later.\n', ['Retry-After', '1']),
    });
  }

  private admitted(x: Exchange): void {
    const route = x.info.isResource ? this.resources.route(x) : undefined;
    const decision = this.authorizer.authorize(attributesOf(x));
    if (decision instanceof Promise) this.later(x, decision.then((d) => this.decided(x, d, route)));
    else this.decided(x, decision, route);
  }

  private decided(x: Exchange, decision: Decision, route: Route | StatusError | undefined): void {
    if (!decision.allowed) throw accessDenied(attributesOf(x), decision.reason);
    if (route instanceof StatusError) throw route;
    if (route) {
      x.route = route;
      if (route.action !== 'watch' && route.action !== 'connect') this.setDeadline(x);
      this.resources.serve(x, route);
    } else if (x.info.isResource) this.answers.notFound(x);
    else this.later(x, this.plain.serve(x));
  }

  private later(x: Exchange, work: Promise<void>): void {
    work.catch((error: unknown) => this.answers.fail(x, error));
  }

  private clientGone(x: Exchange): void {
    x.cancel(CLIENT_GONE);
    x.count(CLIENT_CLOSED_REQUEST, 0);
  }

  /** ?timeout=DURATION: the client wants an answer by then. @throws 400 for what is no duration */
  private setDeadline(x: Exchange): void {
    const wanted = x.info.query.includes('timeout=') ? x.query.get('timeout') : undefined;
    if (!wanted) return;
    let ms: number;
    try {
      ms = parseGoDuration(wanted);
    } catch (e) {
      throw badRequest(`invalid timeout specified in the request URL - ${(e as Error).message}`);
    }
    if (ms <= 0) return;
    x.deadline = this.clock.after(ms, () => {
      if (x.answered) return;
      x.cancel('the deadline of the request has passed');
      this.answers.fail(x, requestTimedOut());
    });
  }

  private seriesOf(x: Exchange): RequestSeries {
    const { info, route } = x;
    const verb = metricVerb(x);
    const scope = !info.isResource ? '' : info.name !== '' || info.verb === 'create' ? 'resource' : info.namespace !== '' ? 'namespace' : 'cluster';
    const dryRun = dryRunLabel(x);
    const key = route ? `${verb} ${scope} ${dryRun} ${info.group}/${info.version}/${info.resource}/${info.subresource}` : `${verb} ${scope}`;
    let series = this.series.get(key);
    if (!series) {
      // Only what is served makes labels: anything else is up to clients and would grow without bounds.
      const where = route ? pick(info) : { group: '', version: '', resource: '', subresource: '' };
      this.series.set(key, (series = this.metrics.series({ verb, dryRun, scope, ...where })));
    }
    return series;
  }
}

function kindOf(x: Exchange): 'mutating' | 'readOnly' {
  return MUTATING.has(x.method) ? 'mutating' : 'readOnly';
}

function dryRunLabel(x: Exchange): string {
  const values = x.route && x.info.query.includes('dryRun') ? x.query.all('dryRun') : undefined;
  return !values ? '' : values.every((v) => v === 'All') ? 'All' : 'invalid';
}

function pick({ group, version, resource, subresource }: RequestInfo): Pick<RequestInfo, 'group' | 'version' | 'resource' | 'subresource'> {
  return { group, version, resource, subresource };
}

function metricVerb(x: Exchange): string {
  switch (x.route?.action) {
    case undefined:
      return MUTATING.has(x.method) || x.method === 'GET' || x.method === 'HEAD' ? x.method : 'other';
    case 'list':
      return 'LIST';
    case 'watch':
      return 'WATCH';
    case 'connect':
      return 'CONNECT';
    case 'deletecollection':
      return 'DELETECOLLECTION';
    case 'patch':
      return x.headers.contentType.startsWith('application/apply-patch') ? 'APPLY' : 'PATCH';
    default:
      return x.method;
  }
}

function attributesOf(x: Exchange): Attributes {
  const i = x.info;
  return {
    user: x.user,
    verb: i.verb,
    isResource: i.isResource,
    path: i.path,
    group: i.group,
    version: i.version,
    namespace: i.namespace,
    resource: i.resource,
    subresource: i.subresource,
    name: i.name === '' && (i.verb === 'list' || i.verb === 'watch') ? selectedName(x) : i.name,
  };
}

/** The one object that a list or watch is restricted to by its field selector; rules that name objects may allow that. */
function selectedName(x: Exchange): string {
  const selector = x.info.query.includes('metadata.name') ? x.query.get('fieldSelector') : undefined;
  if (!selector) return '';
  try {
    const term = parseFieldSelector(selector).find((t) => t.field === 'metadata.name' && t.equal);
    return term && isPathSegment(term.value) ? term.value : '';
  } catch {
    // The handler will say what is wrong with the selector.
    return '';
  }
}

function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
}
