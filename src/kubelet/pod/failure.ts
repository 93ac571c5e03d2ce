import type { Rejection } from '../admission/node-admission';

/** Why a node ends a pod before its work is done; it is failed then. */
export interface Failure extends Rejection {
  /** Milliseconds that the containers have to end; the pod's own grace period when absent. */
  grace?: number;
  /** The pod is told that it was disrupted (condition DisruptionTarget). */
  disruption?: boolean;
}
