import { badRequest } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Column } from '../registry/strategy';
import type { MetaVersion } from './partial-metadata';

/** What each row carries beside its cells. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

/** Reads ?includeObject=. @throws 400 in the words of kube-apiserver */
export function parseIncludeObject(value: string | undefined): IncludeObject {
  if (value === undefined || value === '') return 'Metadata';
  if (value === 'Metadata' || value === 'Object' || value === 'None') return value;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** The list metadata a table takes over. */
export interface TableMetadata {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** JSON text of the column definitions. Descriptions are empty: they are prose and no client depends on them. */
export function columnsJson(columns: readonly Column[]): string {
  return JSON.stringify(
    columns.map((c) => ({ name: c.name, type: c.type, format: c.format ?? '', description: '', priority: c.priority ?? 0 })),
  );
}

/**
 * JSON text of one row. `object`: JSON of what the row carries, or 'null'. `now` in milliseconds since the epoch, for ages.
 * `conditions`: JSON of the row's conditions when it has some (finished pods).
 */
export function rowJson(columns: readonly Column[], o: KubeObject, object: string, now: number, conditions?: string): string {
  return `${rowHead(columns, o, now, conditions)}${object}}`;
}

/** The same up to where the object stands. */
export function rowHead(columns: readonly Column[], o: KubeObject, now: number, conditions?: string): string {
  let cells = '';
  for (let i = 0; i < columns.length; i++) {
    const cell = columns[i]!.cell(o, now);
    cells += i > 0 ? `,${cellJson(cell)}` : cellJson(cell);
  }
  return conditions ? `{"cells":[${cells}],"conditions":${conditions},"object":` : `{"cells":[${cells}],"object":`;
}

/** The row of a bookmark, which stands for no object: empty cells beside its metadata. */
export function blankRowJson(columns: readonly Column[], object: string): string {
  return `{"cells":[${columns.map((c) => (c.type === 'integer' || c.type === 'number' ? '0' : '""')).join(',')}],"object":${object}}`;
}

/** JSON text of a meta.k8s.io Table. `columns`: JSON of the definitions, or 'null' for later frames of a watch. `rows` undefined: null. */
export function tableJson(version: MetaVersion, metadata: TableMetadata, columns: string, rows: readonly string[] | undefined): string {
  const head = tableHead(version, metadata, columns);
  return rows ? `${head}${rows.join(',')}]}` : `${head.slice(0, -1)}null}`;
}

/** A Table up to where its rows begin. */
export function tableHead(version: MetaVersion, metadata: TableMetadata, columns: string): string {
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${columns},"rows":[`;
}

function cellJson(cell: string | number | boolean | null): string {
  if (typeof cell !== 'string') return String(cell);
  return isPlain(cell) ? `"${cell}"` : JSON.stringify(cell);
}

/** Whether JSON has the text as it is: nearly every cell is short and has nothing to escape. */
function isPlain(s: string): boolean {
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c) return false;
  }
  return true;
}
