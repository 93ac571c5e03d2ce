import { StatusError } from '../../api/errors/status-error';

/** The write was refused because its namespace is being deleted: whatever is tried there will fail, and need not be. */
export function namespaceTerminating(e: unknown): boolean {
  return e instanceof StatusError && (e.status.details?.causes?.some((c) => c.reason === 'NamespaceTerminating') ?? false);
}
