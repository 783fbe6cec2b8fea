import { wasm } from './module.js';

/** A stretch of the module's memory, in bytes. */
interface Stretch {
  readonly at: number;
  readonly bytes: number;
}

/** Functions that take up to sixteen rows at a time may read as many behind the last, of eight bytes. */
const SPARE_BYTES = 128;
const ALIGNMENT = 16;

/** Arrays that functions of the module compute on. */
export type Rows = Float64Array | Uint32Array | Int32Array | Int16Array | Int8Array | Uint8Array;

interface RowsType<T extends Rows> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBuffer, at: number, length: number): T;
}

/** The memory never grows: that would detach the arrays over it, and V8 checks every access of a thread that ever detached one. */
export const MEMORY = wasm.memory.buffer;
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
 * An array of zeros in the memory of the WebAssembly kernels, which compute on it without copying it. Its memory is used again when the
 * array itself was garbage collected (views made of it do not keep it). Where that memory is used up: an ordinary array.
 */
export function newRows<T extends Rows>(type: RowsType<T>, length: number): T {
  const bytes = aligned(length * type.BYTES_PER_ELEMENT + SPARE_BYTES);
  const at = free.get(bytes)?.pop() ?? take(rest, bytes);
  if (at === null) return new type(length);
  const rows = new type(MEMORY, at, length);
  rows.fill(0);
  registry.register(rows, { at, bytes });
  return rows;
}

/** `newRows` of float64. */
export function newColumn(rows: number): Float64Array {
  return newRows(Float64Array, rows);
}

/** Address of an array (of its index 0) in the module's memory; 0 when it stands elsewhere. */
export function addressOf(rows: Rows): number {
  return rows.buffer === MEMORY ? rows.byteOffset : 0;
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
  const bytes = aligned(rows * 8 + SPARE_BYTES);
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
