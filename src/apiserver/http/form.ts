import { parseIncludeObject } from '../table/table';
import type { Form } from './encoder';
import type { Exchange } from './exchange';
import type { Accepted } from './negotiate';

/** The form of an answer; tables read their options here. @throws 400 for an unknown includeObject */
export function formOf(x: Exchange, accepted: Accepted): Form {
  return { accepted, pretty: x.pretty, include: accepted.as?.kind === 'Table' ? parseIncludeObject(x.query.get('includeObject')) : 'Metadata' };
}
