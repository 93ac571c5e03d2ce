/** What runs beside the API server, by the names of --components. Kept apart from the components so that the command line loads fast. */
export const COMPONENT_NAMES: readonly string[] = ['controllers', 'scheduler', 'kubelet'];
