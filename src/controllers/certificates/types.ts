import type { KubeObject } from '../../api/meta/object';
import type { Condition } from '../shared/types';

export interface SigningRequest extends KubeObject {
  /** `request`: PEM in base64. */
  spec: { request: string; signerName: string; usages?: string[]; expirationSeconds?: number; username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  /** `certificate`: PEM in base64. */
  status: { conditions?: (Condition & { lastUpdateTime?: string })[]; certificate?: string };
}
