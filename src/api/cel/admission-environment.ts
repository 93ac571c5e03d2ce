import { newEnvironment } from './cel';
import type { Environment } from './cel';

/** What expressions of admission may speak of beside the objects and the request. */
export interface AdmissionVariables {
  /** The policy has parameters. */
  params?: boolean;
  /** The policy's own variables, by their names after `variables.`. */
  variables?: boolean;
}

const ALWAYS = ['object', 'oldObject', 'request', 'namespaceObject', 'authorizer'];
const known = new Map<string, Environment>();

/** The environment of the expressions of admission policies and of webhooks' match conditions; of none of its variables the type is known. */
export function admissionEnvironment({ params = false, variables = false }: AdmissionVariables): Environment {
  const key = `${params} ${variables}`;
  let environment = known.get(key);
  if (!environment) {
    environment = newEnvironment();
    for (const name of [...ALWAYS, ...(params ? ['params'] : []), ...(variables ? ['variables'] : [])]) environment.registerVariable(name, 'dyn');
    known.set(key, environment);
  }
  return environment;
}
