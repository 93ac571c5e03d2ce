import type { PodInfo } from '../cache/pod-info';

/** A pod in the scheduler's queue and what has become of it so far. */
export class QueuedPod {
  /** Scheduling attempts begun. */
  attempts = 0;
  /** Attempts that ended with a refusal. */
  refusals = 0;
  /** Attempts in a row that ended with an error. */
  errors = 0;
  /** Milliseconds since the epoch at which it entered the queue last; the order among equal priorities. */
  timestamp: number;
  /** When it was first free to be tried. */
  firstAttempt: number | undefined;
  /** Plugins that refused it last, and those that wait for something. */
  refusedBy: Set<string> = new Set();
  pendingOn: Set<string> = new Set();
  /** The plugin whose preEnqueue keeps it out. */
  gatedBy = '';
  /** When its back-off ends; worked out when asked for. */
  backoffUntil: number | undefined;

  constructor(
    readonly pod: PodInfo,
    now: number,
    /** Order of arrival: decides what nothing else does. */
    readonly seq: number,
  ) {
    this.timestamp = now;
  }

  get failedWithError(): boolean {
    return this.refusedBy.size === 0 && this.pendingOn.size === 0;
  }
}
