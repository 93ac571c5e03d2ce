import type { ServiceAccountTokens } from '../apiserver/authn/service-account-tokens';
import type { ControllerOptions } from '../controllers/controllers';
import type { Pki } from './pki';

/** What controllers are told of the cluster's keys. */
export function controllerOptions(pki: Pki, tokens: ServiceAccountTokens): ControllerOptions {
  return { rootCa: pki.ca.cert, authority: pki.ca, signToken: (claims) => tokens.issue(claims) };
}
