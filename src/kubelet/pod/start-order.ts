import type { ContainerRecord } from './container';

/**
 * Has everything started that may run now: init containers one by one with the sidecars between them, then the main containers; ephemeral ones at
 * any time. `begun`: a main container has been started before, so that nothing is initialised again.
 */
export function startInOrder(records: readonly ContainerRecord[], begun: boolean, ensure: (r: ContainerRecord) => void): void {
  if (isInitialised(records, begun, ensure)) for (const r of records) if (r.kind === 'main') ensure(r);
  for (const r of records) if (r.kind === 'ephemeral' && !r.ended) ensure(r);
}

function isInitialised(records: readonly ContainerRecord[], begun: boolean, ensure: (r: ContainerRecord) => void): boolean {
  for (const r of records) {
    if (r.kind === 'sidecar') {
      ensure(r);
      if (!r.started && !begun) return false;
    } else if (r.kind === 'init' && !begun && r.state.terminated?.exitCode !== 0) {
      ensure(r);
      return false;
    }
  }
  return true;
}
