import type { Vector } from 'apache-arrow';
import { type Params, request } from './http.js';

const ARROW = 'application/vnd.apache.arrow.stream';
/** As many rows as one answer may have. */
const ALL_ROWS = 5_000_000;

/** Columns of an answer, all of one length. Apache Arrow comes when the first one is asked for. */
export interface Columns {
  readonly rows: number;
  /** As float64, NaN where unknown. */
  numbers(name: string): Float64Array;
  texts(name: string): string[];
}

/** A whole list as columns, over Arrow: 73,000 bars are a few megabytes of floats that nobody parses. */
export async function getColumns(
  path: string,
  params: Params,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<Columns> {
  const [{ tableFromIPC }, response] = await Promise.all([
    import('apache-arrow'),
    request(path, { limit: ALL_ROWS, ...params, fields: fields.join(',') }, ARROW, signal),
  ]);
  const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
  const column = (name: string): Vector => {
    const found = table.getChild(name);
    if (found === null) throw new Error(`${path}: the answer has no column ${name}`);
    return found;
  };
  return {
    rows: table.numRows,
    numbers: (name) => numbersOf(column(name)),
    texts: (name) => [...column(name)].map(String),
  };
}

/** Arrow leaves 0 in null slots, so validity is looked at. */
function numbersOf(vector: Vector): Float64Array {
  const values = new Float64Array(vector.length);
  let at = 0;
  for (const chunk of vector.data) {
    const part = chunk.values;
    for (let i = 0; i < chunk.length; i++, at++)
      values[at] = chunk.nullCount > 0 && !chunk.getValid(i) ? Number.NaN : Number(part[i]);
  }
  return values;
}
