/** Injection tokens of the composition root. */
export const OPTIONS = Symbol('ClusterOptions');
export const ENVIRONMENT = Symbol('ClusterEnvironment');
export const STORE = Symbol('Store');
export const PKI = Symbol('Pki');
export const TOKENS = Symbol('ServiceAccountTokens');
export const SCHEMAS = Symbol('SchemaSet');
export const HEALTH = Symbol('HealthRegistry');
export const API_GROUPS = Symbol('ApiGroup[]');
export const CONTROL_PLANE = Symbol('ControlPlane');
export const API_SERVER = Symbol('ApiServer');
export const COMPONENT_CONTEXTS = Symbol('ComponentContexts');
export const CONTROLLER_OPTIONS = Symbol('ControllerOptions');
export const COMPONENTS = Symbol('Component[]');
export const CONTROLLERS = Symbol('controllers');
export const SCHEDULER = Symbol('scheduler');
export const KUBELET = Symbol('kubelet');
