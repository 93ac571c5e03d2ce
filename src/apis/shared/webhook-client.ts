import { goUrlProblem } from './go-url';
import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { isPortNumber } from './formats';
import { isDns1123Subdomain } from './names';
import type { Raw } from './raw';

const FORM = '; desired format: https://host[/path]';

/** A service is called at port 443 unless it says otherwise. */
export function defaultWebhookService(service: Raw | undefined): void {
  if (service) service.port ??= 443;
}

/** Complaints about where a webhook is called: either a URL or a service. */
export function validateClientConfig(config: Raw, path: string): FieldError[] {
  const { url, service } = config as { url?: string; service?: Raw };
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')];
  return url === undefined ? validateWebhookService(service!, `${path}.service`) : validateWebhookUrl(url, `${path}.url`);
}

/** Complaints about the URL of a webhook. */
export function validateWebhookUrl(text: string, path: string): FieldError[] {
  const problem = goUrlProblem(text);
  if (problem !== undefined) return [required(path, `url must be a valid URL: ${problem}${FORM}`)];
  const m = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text)!;
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = m;
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') errors.push(invalidValue(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`));
  if (!host) errors.push(invalidValue(path, host, `host must be specified${FORM}`));
  if (user !== undefined) errors.push(invalidValue(path, user, 'user information is not permitted in the URL'));
  if (fragment) errors.push(invalidValue(path, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(invalidValue(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

/** Complaints about the service of a webhook. Upstream takes name and namespace for one another when one is missing. */
export function validateWebhookService(service: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!service.namespace) errors.push(required(`${path}.name`));
  if (!service.name) errors.push(required(`${path}.namespace`));
  const port = (service.port ?? 0) as number;
  const bad = isPortNumber(port);
  if (bad.length) errors.push(invalidValue(`${path}.port`, port, `port is not valid: ${bad.join(', ')}`));
  const urlPath = service.path as string | undefined;
  if (!urlPath || urlPath === '/') return errors;
  const complain = (why: string): unknown => errors.push(invalidValue(`${path}.path`, urlPath, why));
  if (urlPath === '//') {
    complain('segment[0] may not be empty');
    return errors;
  }
  if (!urlPath.startsWith('/')) complain("must start with a '/'");
  urlPath.slice(1).replace(/\/$/, '').split('/').forEach((step, i) => {
    if (!step) complain(`segment[${i}] may not be empty`);
    else for (const m of isDns1123Subdomain(step)) complain(`segment[${i}]: ${m}`);
  });
  return errors;
}
