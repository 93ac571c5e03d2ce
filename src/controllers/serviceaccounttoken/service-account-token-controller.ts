import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { SECRETS, SERVICE_ACCOUNTS } from '../../client/resources';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
/** Who issues tokens that live in Secrets and never expire. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[];
}

/** What token Secrets are filled with. */
export interface TokenSource {
  /** PEM of the authorities that the API server's certificate is checked against. */
  rootCa: string;
  /** Signs the claims of a JSON web token, whose issuer is among them. */
  signToken(claims: object): string;
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

class TokenController {
  private readonly secrets: Informer<Secret>;
  private readonly accounts: Informer<ServiceAccount>;

  constructor(
    private readonly x: ComponentContext,
    private readonly o: TokenSource,
  ) {
    this.secrets = x.caches.informer<Secret>(SECRETS);
    this.accounts = x.caches.informer<ServiceAccount>(SERVICE_ACCOUNTS);
  }

  create(): Component {
    this.secrets.addIndex('account', (s) => (accountKey(s) === undefined ? [] : [accountKey(s)!]));
    return new QueueComponent({
      ...this.x,
      name: 'service-account-token-controller',
      setup: (queue) => {
        const secret = (s: Secret): void => {
          if (accountKey(s) !== undefined) queue.add(keyOf(s));
        };
        return [
          this.secrets.subscribe({
            added: secret,
            updated: secret,
            deleted: (s) => {
              const key = accountKey(s);
              if (key !== undefined && refersTo(this.accounts.get(key), s)) queue.add(`${REFERENCE}${keyOf(s)}|${key}`);
            },
          }),
          this.accounts.subscribe({ deleted: (a) => this.secrets.byIndex('account', keyOf(a)).forEach(secret) }),
        ];
      },
      reconcile: (key) => this.reconcile(key),
    });
  }

  private async reconcile(key: string): Promise<void> {
    if (key.startsWith(REFERENCE)) return this.forget(...(key.slice(REFERENCE.length).split('|') as [string, string]));
    const secret = this.secrets.get(key);
    const account = secret && accountKey(secret);
    if (account === undefined) return;
    const owner = await this.ownerOf(secret!, account);
    if (owner) await this.fill(secret!, owner);
    else await this.remove(secret!);
  }

  /** The account that the Secret is for; only the server knows for sure that there is none. */
  private async ownerOf(secret: Secret, key: string): Promise<ServiceAccount | undefined> {
    const uid = secret.metadata.annotations![UID];
    const fits = (a: ServiceAccount | undefined): ServiceAccount | undefined => (a && (!uid || uid === a.metadata.uid) ? a : undefined);
    const cached = fits(this.accounts.get(key));
    if (cached) return cached;
    try {
      return fits(await this.x.client.get<ServiceAccount>(SERVICE_ACCOUNTS, secret.metadata.namespace, secret.metadata.annotations![NAME]!));
    } catch (e) {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    }
  }

  private async fill(secret: Secret, account: ServiceAccount): Promise<void> {
    const ca = encode(this.o.rootCa);
    const had = secret.data ?? {};
    if (secret.metadata.deletionTimestamp || (had['ca.crt'] === ca && had['namespace'] && had['token'])) return;
    const { namespace, name, uid } = account.metadata;
    const data = { ...had, 'ca.crt': ca, namespace: had['namespace'] || encode(namespace!), token: had['token'] || encode(this.tokenFor(secret, account)) };
    const annotations = { ...secret.metadata.annotations, [NAME]: name!, [UID]: uid! };
    try {
      await this.x.client.update<Secret>(SECRETS, { ...secret, metadata: { ...secret.metadata, annotations }, data });
    } catch (e) {
      // Whoever changed it meanwhile brings it back here.
      if (!isReason(e, 'NotFound', 'Conflict')) throw e;
    }
  }

  private tokenFor(secret: Secret, account: ServiceAccount): string {
    const { namespace, name, uid } = account.metadata;
    return this.o.signToken({
      iss: LEGACY_ISSUER,
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secret.metadata.name,
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
  }

  private async remove(secret: Secret): Promise<void> {
    if (secret.metadata.deletionTimestamp) return;
    try {
      await this.x.client.delete(SECRETS, secret.metadata.namespace, secret.metadata.name!, { preconditions: { uid: secret.metadata.uid } });
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict')) throw e;
    }
  }

  /** Takes a Secret that is gone from the list of the account. */
  private async forget(secretKey: string, accountOf: string): Promise<void> {
    const name = secretKey.slice(secretKey.indexOf('/') + 1);
    const account = this.accounts.get(accountOf);
    if (!account || this.secrets.get(secretKey)) return;
    const secrets = (account.secrets ?? []).filter((s) => s.name !== name);
    if (secrets.length === (account.secrets ?? []).length) return;
    const { secrets: _, ...rest } = account;
    try {
      await this.x.client.update<ServiceAccount>(SERVICE_ACCOUNTS, secrets.length ? { ...account, secrets } : (rest as ServiceAccount));
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

const REFERENCE = 'reference:';

function accountKey(s: Secret): string | undefined {
  const name = s.type === TYPE ? s.metadata.annotations?.[NAME] : undefined;
  return name ? `${s.metadata.namespace}/${name}` : undefined;
}

function refersTo(a: ServiceAccount | undefined, s: Secret): boolean {
  return a?.secrets?.some((r) => r.name === s.metadata.name) ?? false;
}

/** Fills Secrets that were made for the token of a ServiceAccount, and deletes them with it. */
export function createServiceAccountTokenController(x: ComponentContext, o: TokenSource): Component {
  return new TokenController(x, o).create();
}
