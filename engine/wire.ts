import type { ChunkFacts, ChunkResult, ChunkTask, FactColumns, PartitionJob } from './task.js';

/**
 * How a chunk crosses between threads. A message of some 160 views and two strategies costs over a millisecond to clone, a
 * tenth of what a chunk takes to compute: so the job travels as its text, and views as numbers beside the buffers that
 * they look at.
 */
export interface TaskMessage extends Omit<ChunkTask, 'job'> {
  /** JSON of the job. */
  readonly job: string;
}

export interface ResultMessage extends Pick<ChunkResult, 'carry' | 'usedBytes' | 'carryBytes'> {
  readonly buffers: readonly SharedArrayBuffer[];
  /** The facts as numbers, in the order of `writeFacts`. */
  readonly numbers: Float64Array;
}

type View = FactColumns['arrays'][number];

const KINDS = [Float64Array, Uint8Array, Int8Array, Int16Array, BigInt64Array] as const;

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

export function packResult({ carry, usedBytes, carryBytes, ...facts }: ChunkResult): ResultMessage {
  const writer = new Writer();
  writeFacts(facts, writer);
  const numbers = Float64Array.from(writer.numbers);
  return { carry, usedBytes, carryBytes, buffers: writer.buffers, numbers };
}

export function unpackResult({ buffers, numbers, ...rest }: ResultMessage): ChunkResult {
  return { ...readFacts(new Reader(buffers, numbers)), ...rest };
}

class Writer {
  readonly buffers: SharedArrayBuffer[] = [];
  readonly numbers: number[] = [];

  number(value: number): void {
    this.numbers.push(value);
  }

  view(view: View): void {
    const buffer = view.buffer as unknown as SharedArrayBuffer;
    let index = this.buffers.lastIndexOf(buffer);
    if (index < 0) index = this.buffers.push(buffer) - 1;
    this.numbers.push(
      KINDS.findIndex((kind) => view instanceof kind),
      index,
      view.byteOffset,
      view.length,
    );
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
    return Array.from({ length: this.number() }, read);
  }
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
