// What an answer may look like, whatever was asked.
import { parse } from 'yaml';

/** Errors 5xx that kube-apiserver gives to bad requests, too: recorded, or read off its source. */
const KNOWN_5XX = [
  /resourceVersion should not be set on objects to be created/,
  /Invalid value: .*(must be numeric|strconv\.ParseUint)|strconv\.Parse(Uint|Int)|invalid resource version/i,
  /^failed to (create typed (patch|live) object|create manager for existing fields|decode managed fields|convert new object \()/,
  /Too large resource version/,
  /^duplicate nodePort: /,
  /does not contain declared merge key|^cannot merge lists without merge key for |^unable to find api field in struct \w+ for the json field "|^expected a \[\]interface \{\}, but received a /,
  /^list element types are not identical: |^no elements in any of the given slices$|^value for key \d+ is not a map$|^unknown patch type: /,
  /Unknown patch type|The order in patch list|\$setElementOrder|invalid .*directive|delete directive/i,
  // What is behind a proxy is not there; containers take no streams.
  /connection refused: containers and kubelets are simulated|^no (endpoints available|service port \d+ found) for service "|^no preferred addresses found/,
  // The bare list that upstream's binding returns.
  /^\[?target\.(kind|name): /,
];
const MAGIC = Buffer.from('k8s\0');
const REASONS = new Set(['BadRequest', 'Unauthorized', 'Forbidden', 'NotFound', 'AlreadyExists', 'Conflict', 'Gone', 'Expired', 'Invalid', 'MethodNotAllowed', 'NotAcceptable', 'RequestEntityTooLarge', 'UnsupportedMediaType', 'TooManyRequests', 'Timeout', 'ServerTimeout', 'InternalError', 'ServiceUnavailable', '']);

/** What is wrong with a Status as the body of an answer with `code`; undefined: nothing. */
export function statusFault(s, code) {
  if (s === null || typeof s !== 'object' || Array.isArray(s)) return 'is no object';
  if (s.kind !== 'Status' || s.apiVersion !== 'v1') return `is a ${s.apiVersion} ${s.kind}`;
  if (typeof s.metadata !== 'object') return 'has no metadata';
  if (s.status !== 'Failure') return `has status ${s.status}`;
  if (typeof s.message !== 'string' || s.message === '') return 'has no message';
  if (/(?<!or )\b(undefined|NaN|\[object Object\]|Cannot read propert|is not a function|is not iterable)\b/.test(s.message.replace(/"(?:[^"\\]|\\.)*"/g, ''))) return `has a message with marks of a fault: ${s.message.slice(0, 300)}`;
  if (s.code !== code) return `has code ${s.code}`;
  if (!REASONS.has(s.reason ?? '')) return `has reason ${s.reason}`;
  if (s.details?.causes?.some((c) => typeof c.message !== 'string' && c.reason === undefined)) return 'has an empty cause';
  return undefined;
}

/** What is wrong with an answer, in words; undefined: nothing. */
export function fault({ code, headers, body }) {
  const type = headers['content-type'] ?? '';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  if (code < 200 || (code >= 300 && code < 304)) return `unexpected code ${code}`;
  if (type.startsWith('text/plain')) return code === 404 || code === 406 || code < 300 ? undefined : `plain text with code ${code}: ${bytes.toString().slice(0, 200)}`;
  if (type.startsWith('application/vnd.kubernetes.protobuf')) return bytes.subarray(0, 4).equals(MAGIC) ? known(code, messageIn(bytes)) : 'protobuf without its magic bytes';
  // Reading megabytes of YAML would hold up everything that is asked meanwhile.
  if (code < 400 && type.startsWith('application/yaml') && bytes.length > 500_000) return undefined;
  let value;
  try {
    value = type.startsWith('application/yaml') ? parse(bytes.toString(), { maxAliasCount: -1 }) : JSON.parse(bytes.toString());
  } catch (e) {
    return `${type} that cannot be read: ${e.message.slice(0, 200)}`;
  }
  if (code < 400) return typeof value?.kind === 'string' ? undefined : 'an object without kind';
  const wrong = statusFault(value, code);
  return wrong ? `a Status that ${wrong}` : known(code, value.message);
}

/** The text behind the length of a Status' second string: the message, when it is written as kube-apiserver writes it. */
function messageIn(bytes) {
  const at = bytes.indexOf(Buffer.from('\n\0\x12\x07Failure\x1a'));
  if (at < 0) return bytes.toString('latin1');
  let length = 0;
  let i = at + 12;
  for (let shift = 0; ; shift += 7) {
    const b = bytes[i++];
    length |= (b & 0x7f) << shift;
    if (b < 0x80) return bytes.subarray(i, i + length).toString();
  }
}

const known = (code, message) => (code < 500 || KNOWN_5XX.some((k) => k.test(message)) ? undefined : `code ${code}: ${message.slice(0, 300)}`);
