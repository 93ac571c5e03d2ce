import { StatusError } from '../../errors/status-error';
import { compareText, goQuote } from '../go-format';
import type { FieldPath, FieldSet } from './field-set';
import type { Manager, Managers } from './managers';
import { showPath } from './path-element';

/** A field that somebody else owns and that an apply would change. */
export interface Conflict {
  manager: Manager;
  path: FieldPath;
}

/** Conflicts by manager; within one, fields of a level before what lies below them. */
export function listConflicts(managers: Managers, sets: ReadonlyMap<string, FieldSet>): Conflict[] {
  const out: Conflict[] = [];
  for (const id of [...sets.keys()].sort(compareText)) sets.get(id)!.forEach((path) => out.push({ manager: managers.get(id)!, path }));
  return out;
}

/** 409 with a cause per conflict; kubectl shows the message as it is. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map((c) => ({ reason: 'FieldManagerConflict', message: `conflict with ${showManager(c.manager)}`, field: showPath(c.path) }));
  return new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes });
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${showManager(conflicts[0]!.manager)}: ${showPath(conflicts[0]!.path)}`;
  const lines: string[] = [];
  let of: Manager | undefined;
  for (const c of conflicts) {
    if (c.manager !== of) lines.push(`conflicts with ${showManager((of = c.manager))}:`);
    lines.push(`- ${showPath(c.path)}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function showManager(m: Manager): string {
  const name = goQuote(m.name) + (m.subresource ? ` with subresource ${goQuote(m.subresource)}` : '');
  return m.applied ? name : `${name} using ${m.apiVersion}`;
}
