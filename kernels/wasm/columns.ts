import { wasm } from './module.js';

/** A stretch of the module's memory, in bytes. */
interface Stretch {
  readonly at: number;
  readonly bytes: number;
}

/** Functions that take two rows at a time may read one more. */
const SPARE_ROWS = 1;
const ALIGNMENT = 16;

/** The memory never grows: that would detach the arrays over it, and V8 checks every access of a thread that ever detached one. */
const MEMORY = wasm.memory.buffer;
/** Bytes kept back for copies of columns that stand elsewhere: whatever else is laid out, a kernel can run. */
const KEPT_BYTES = 4_194_304;
const kept = { at: aligned(wasm.heap.value), end: aligned(wasm.heap.value) + KEPT_BYTES };
const rest = { at: kept.end, end: MEMORY.byteLength };
/** Stretches given back, by their size: a thread meets few sizes. */
const free = new Map<number, number[]>();
const registry = new FinalizationRegistry<Stretch>(({ at, bytes }) => {
  const found = free.get(bytes);
  if (found === undefined) free.set(bytes, [at]);
  else found.push(at);
});

/**
 * A column of zeros in the memory of the WebAssembly kernels, which compute on it without copying it. Its memory is used again when the
 * array itself was garbage collected (views made of it do not keep it). Where that memory is used up: an ordinary array.
 */
export function newColumn(rows: number): Float64Array {
  const bytes = aligned((rows + SPARE_ROWS) * 8);
  const at = free.get(bytes)?.pop() ?? take(rest, bytes);
  if (at === null) return new Float64Array(rows);
  const column = new Float64Array(MEMORY, at, rows).fill(0);
  registry.register(column, { at, bytes });
  return column;
}

/** Address of a column (of its index 0) in the module's memory; 0 when it stands elsewhere. */
export function addressOf(column: Float64Array): number {
  return column.buffer === MEMORY ? column.byteOffset : 0;
}

/** True when every column stands in the module's memory. */
export function isInPlace(columns: readonly Float64Array[]): boolean {
  for (let i = 0; i < columns.length; i++) if (addressOf(columns[i]) === 0) return false;
  return true;
}

/**
 * A column in the module's memory that is never given back.
 *
 * @throws Error when there is none left, which only periods of some 50,000 rows do
 */
export function keptColumn(rows: number): Float64Array {
  const bytes = aligned((rows + SPARE_ROWS) * 8);
  const at = take(kept, bytes) ?? take(rest, bytes);
  if (at === null) throw new Error(`kernels: no memory for columns of ${rows} rows`);
  return new Float64Array(MEMORY, at, rows);
}

function take(area: { at: number; readonly end: number }, bytes: number): number | null {
  if (area.at + bytes > area.end) return null;
  area.at += bytes;
  return area.at - bytes;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
