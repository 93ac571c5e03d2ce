import type { Clock } from '../util/clock';

/** Expectations not met for this long are given up: a watch event was lost or came before it was expected. */
const EXPIRES = 5 * 60_000;

interface Expected {
  creations: number;
  /** Keys of the objects whose deletion was asked for. */
  deletions: Set<string>;
  since: number;
}

/**
 * What a controller has asked for and not yet seen in its caches: it must not act on a key before both agree, or it would make things twice
 * (kube-controller-manager's UIDTrackingControllerExpectations).
 */
export class Expectations {
  private readonly entries = new Map<string, Expected>();

  constructor(private readonly clock: Clock) {}

  /** True when everything expected of the key was seen, or waited for too long. */
  satisfied(key: string): boolean {
    const e = this.entries.get(key);
    if (!e) return true;
    return (e.creations <= 0 && e.deletions.size === 0) || this.clock.monotonic() - e.since > EXPIRES;
  }

  /** Call before creating `n` objects. */
  expectCreations(key: string, n: number): void {
    this.expect(key, n, []);
  }

  /** Call before deleting the objects with these keys. */
  expectDeletions(key: string, objects: Iterable<string>): void {
    this.expect(key, 0, objects);
  }

  /** Call before creating `creations` objects and deleting those with these keys. */
  expect(key: string, creations: number, deletions: Iterable<string>): void {
    this.entries.set(key, { creations, deletions: new Set(deletions), since: this.clock.monotonic() });
  }

  /** An object was seen to be created, or its creation failed. */
  created(key: string): void {
    const e = this.entries.get(key);
    if (e) e.creations--;
  }

  /** An object was seen to go (or to be about to), or its deletion failed. */
  deleted(key: string, object: string): void {
    this.entries.get(key)?.deletions.delete(object);
  }

  /** The owner is gone. */
  forget(key: string): void {
    this.entries.delete(key);
  }
}
