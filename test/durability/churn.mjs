// A load of creates, updates and deletes on a set of ConfigMaps whose outcome can be checked afterwards: every answer is noted, and
// what was asked and not answered may or may not have happened.
const PATH = '/api/v1/namespaces/default/configmaps';
export const LABEL = 'labelSelector=durability%3Dchurn';

export class Churn {
  /** name → what is known of it: the last answered state (undefined: not there) and the one that was asked for since. */
  known = new Map();
  answered = 0;
  newestRevision = 0;
  /** Answers that were errors, by code. */
  errors = new Map();
  #n = 0;

  constructor(objects = 200) {
    this.objects = objects;
  }

  /** Writes with `writers` at once until `stopped()` says so or the server is gone. Refusals with a code in `allowed` are counted, others throw. */
  async run(api, writers, stopped, allowed = []) {
    let gone = false;
    const one = async (w) => {
      while (!gone && !stopped()) {
        // Each writer has objects of its own: nobody else's write may come between.
        const name = `o-${w}-${this.#n++ % Math.ceil(this.objects / writers)}`;
        const k = this.known.get(name) ?? { state: undefined };
        this.known.set(name, k);
        const text = `${this.#n} ${'x'.repeat((this.#n * 97) % 3000)}`;
        const remove = k.state !== undefined && this.#n % 5 === 0;
        const body = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, labels: { durability: 'churn' } }, data: { text } };
        k.asked = remove ? { text: undefined } : { text };
        let r;
        try {
          if (remove) r = await api.request('DELETE', `${PATH}/${name}`);
          else if (k.state === undefined) r = await api.request('POST', PATH, body);
          else r = await api.request('PUT', `${PATH}/${name}`, body);
        } catch {
          gone = true;
          return;
        }
        if (r.code >= 400) {
          this.errors.set(r.code, (this.errors.get(r.code) ?? 0) + 1);
          if (!allowed.includes(r.code)) throw new Error(`${name}: answered ${r.code} ${JSON.stringify(r.body).slice(0, 300)}`);
          k.asked = undefined;
          // A server that has failed for good answers everything so.
          if (stopped()) return;
          await new Promise((resolve) => setTimeout(resolve, 5));
          continue;
        }
        k.asked = undefined;
        k.state = remove ? undefined : text;
        this.answered++;
        const rev = Number(r.body.metadata?.resourceVersion ?? 0);
        this.newestRevision = Math.max(this.newestRevision, rev);
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, w) => one(w)));
  }

  /** Adds to `problems` what is not as it was answered; what is found becomes what is known. */
  async check(api, problems) {
    const { code, body: list } = await api.request('GET', `${PATH}?${LABEL}`);
    if (code !== 200) return void problems.push(`the list answered ${code}`);
    const there = new Map(list.items.map((o) => [o.metadata.name, o.data.text]));
    for (const [name, k] of this.known) {
      const found = there.get(name);
      const possible = k.asked ? [k.state, k.asked.text] : [k.state];
      if (!possible.includes(found)) problems.push(`${name} is ${brief(found)}, but was answered as ${brief(k.state)}${k.asked ? ` and asked to be ${brief(k.asked.text)}` : ''}`);
      k.state = found;
      k.asked = undefined;
    }
    for (const name of there.keys()) if (!this.known.has(name)) problems.push(`${name} is there, but nobody made it`);
    const rev = Number(list.metadata.resourceVersion);
    if (rev < this.newestRevision) problems.push(`the newest revision is ${rev}, but ${this.newestRevision} was answered before`);
    this.newestRevision = Math.max(rev, this.newestRevision);
  }
}

/** Follows the churn's objects from one connection to the next, and finds out when an event is missing, repeated or out of order. */
export class Follower {
  /** name → the state that the events so far amount to. */
  seen = new Map();
  lastRevision = 0;
  events = 0;
  /** How often the watch could not be resumed, because history did not go back far enough. */
  expired = 0;

  /** Starts from what is there now. */
  async list(api) {
    const { body } = await api.request('GET', `${PATH}?${LABEL}`);
    this.seen = new Map(body.items.map((o) => [o.metadata.name, o.data.text]));
    this.lastRevision = Number(body.metadata.resourceVersion);
  }

  follow(api, problems) {
    return api.watch(`${PATH}?watch=1&${LABEL}&resourceVersion=${this.lastRevision}`, ({ type, object }) => {
      if (type === 'ERROR') {
        if (object.code === 410) this.expired++;
        else problems.push(`the watch brought ${JSON.stringify(object)}`);
        return;
      }
      const { name, resourceVersion } = object.metadata;
      const rev = Number(resourceVersion);
      if (rev <= this.lastRevision) problems.push(`the watch went from revision ${this.lastRevision} to ${rev}`);
      this.lastRevision = rev;
      this.events++;
      const was = this.seen.has(name);
      if (type === 'ADDED' ? was : !was) problems.push(`${name} was ${type} at ${rev}, and ${was ? 'was there' : 'was not there'} before`);
      if (type === 'DELETED') this.seen.delete(name);
      else this.seen.set(name, object.data.text);
    });
  }

  /** Waits until the events amount to what is there. */
  async settled(api, problems) {
    const { body } = await api.request('GET', `${PATH}?${LABEL}`);
    const there = new Map(body.items.map((o) => [o.metadata.name, o.data.text]));
    for (let i = 0; i < 250; i++) {
      if (same(there, this.seen)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    problems.push(`the events of the watch amount to ${this.seen.size} objects that are not the ${there.size} of the list`);
  }
}

function same(a, b) {
  if (a.size !== b.size) return false;
  for (const [k, v] of a) if (b.get(k) !== v) return false;
  return true;
}

const brief = (text) => (text === undefined ? 'gone' : `"${text.slice(0, 12)}…"`);
