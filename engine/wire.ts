import type { Carry, ChunkFacts, ChunkResult, ChunkTask, FactColumns, PartitionJob } from './task.js';

/**
 * How a chunk crosses between threads. A message of some 160 views and two strategies costs over a millisecond to clone, a
 * tenth of what a chunk takes to compute: so the job travels as its text, and views as numbers beside the buffers that
 * they look at.
 */
export interface TaskMessage {
  /** JSON of the job. */
  readonly job: string;
  readonly rows: number;
  readonly wantFacts: boolean;
  readonly memory: SharedArrayBuffer | null;
  readonly carryMemory: SharedArrayBuffer | null;
  /** What klines and carry look at. */
  readonly buffers: readonly SharedArrayBuffer[];
  /** Klines and carry as numbers. */
  readonly numbers: Float64Array;
}

/** A task as a thread has it: it knows the job by its text. */
export interface ThreadTask extends Omit<ChunkTask, 'job'> {
  readonly job: string;
}

/** The memory that the task brought is not sent back: the asker knows it. */
export interface ResultMessage {
  readonly usedBytes: number;
  readonly carryBytes: number;
  /** What views look at beside that memory. */
  readonly buffers: readonly SharedArrayBuffer[];
  /** The facts as numbers, in the order of `writeFacts`, and the carry. */
  readonly numbers: Float64Array;
}

/** Memory that both sides of a result know, in this order. */
type Lent = Pick<ChunkTask, 'memory' | 'carryMemory'>;

type View = FactColumns['arrays'][number];

const KINDS = [Float64Array, Uint8Array, Int8Array, Int16Array, BigInt64Array] as const;
const KIND_OF = new Map<unknown, number>(KINDS.map((kind, i) => [kind, i]));

const texts = new WeakMap<PartitionJob, string>();

/** The text of a job, made once. */
export function jobText(job: PartitionJob): string {
  let text = texts.get(job);
  if (text === undefined) {
    text = JSON.stringify(job);
    texts.set(job, text);
  }
  return text;
}

export function packTask({ job, klines, carry, ...rest }: ChunkTask): TaskMessage {
  const writer = new Writer([]);
  writer.views(klines);
  writer.number(carry === null ? 0 : 1);
  if (carry !== null) writeCarry(carry, writer);
  return { ...rest, ...writer.packed(), job: jobText(job) };
}

export function unpackTask({ buffers, numbers, ...rest }: TaskMessage): ThreadTask {
  const reader = new Reader(buffers, numbers);
  return { klines: reader.views(), carry: reader.number() === 0 ? null : readCarry(reader), ...rest };
}

export function packResult(
  { carry, usedBytes, carryBytes, ...facts }: ChunkResult,
  lent: Lent,
): ResultMessage {
  const known = knownBuffers(lent);
  const writer = new Writer(known);
  writeFacts(facts, writer);
  writeCarry(carry, writer);
  const { buffers, numbers } = writer.packed();
  return { usedBytes, carryBytes, buffers: buffers.slice(known.length), numbers };
}

export function unpackResult({ buffers, numbers, ...rest }: ResultMessage, lent: Lent): ChunkResult {
  const reader = new Reader([...knownBuffers(lent), ...buffers], numbers);
  return { ...readFacts(reader), carry: readCarry(reader), ...rest };
}

function knownBuffers({ memory, carryMemory }: Lent): SharedArrayBuffer[] {
  return [memory, carryMemory].filter((buffer) => buffer !== null);
}

class Writer {
  readonly #buffers: SharedArrayBuffer[];
  readonly #numbers: number[] = [];

  /** @param known buffers that the reader has before any that it is sent */
  constructor(known: readonly SharedArrayBuffer[]) {
    this.#buffers = [...known];
  }

  packed(): { readonly buffers: readonly SharedArrayBuffer[]; readonly numbers: Float64Array } {
    return { buffers: this.#buffers, numbers: Float64Array.from(this.#numbers) };
  }

  number(value: number): void {
    this.#numbers.push(value);
  }

  view(view: View): void {
    const buffer = view.buffer as unknown as SharedArrayBuffer;
    let index = this.#buffers.lastIndexOf(buffer);
    if (index < 0) index = this.#buffers.push(buffer) - 1;
    this.#numbers.push(KIND_OF.get(view.constructor)!, index, view.byteOffset, view.length);
  }

  views(views: readonly View[]): void {
    this.number(views.length);
    for (const view of views) this.view(view);
  }
}

class Reader {
  #at = 0;

  constructor(
    readonly buffers: readonly SharedArrayBuffer[],
    readonly numbers: Float64Array,
  ) {}

  number(): number {
    return this.numbers[this.#at++]!;
  }

  view<T extends View>(): T {
    const kind = KINDS[this.number()]!;
    const buffer = this.buffers[this.number()] as unknown as ArrayBuffer;
    const offset = this.number();
    return new kind(buffer, offset, this.number()) as T;
  }

  views<T extends View>(): T[] {
    return this.list(() => this.view<T>());
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.number(); left > 0; left--) items.push(read());
    return items;
  }
}

function writeCarry({ rows, kernelState, history, historyRows, trades }: Carry, to: Writer): void {
  to.number(rows);
  to.view(kernelState);
  to.view(history);
  to.number(historyRows);
  to.views(trades);
}

function readCarry(from: Reader): Carry {
  return {
    rows: from.number(),
    kernelState: from.view<Float64Array>(),
    history: from.view<Float64Array>(),
    historyRows: from.number(),
    trades: from.views<Float64Array>(),
  };
}

function writeFacts({ indicators, strategies, blocks }: ChunkFacts, to: Writer): void {
  to.number(indicators === null ? 0 : 1);
  if (indicators !== null) writeColumns(indicators, to);
  to.number(strategies.length);
  for (const { predictions, results } of strategies) {
    writeColumns(predictions, to);
    writeColumns(results, to);
  }
  to.number(blocks.length);
  for (const { rows, closeTime, kernelState, trades } of blocks) {
    to.number(rows);
    to.number(closeTime);
    to.view(kernelState);
    to.views(trades);
  }
}

function readFacts(from: Reader): ChunkFacts {
  return {
    indicators: from.number() === 0 ? null : readColumns<Float64Array>(from),
    strategies: from.list(() => ({ predictions: readColumns(from), results: readColumns(from) })),
    blocks: from.list(() => ({
      rows: from.number(),
      closeTime: from.number(),
      kernelState: from.view<Float64Array>(),
      trades: from.views<Float64Array>(),
    })),
  };
}

function writeColumns({ rows, arrays }: FactColumns, to: Writer): void {
  to.number(rows);
  to.views(arrays);
}

function readColumns<T extends View>(from: Reader): { readonly rows: number; readonly arrays: T[] } {
  return { rows: from.number(), arrays: from.views<T>() };
}
