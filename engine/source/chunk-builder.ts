import { checkRow, type RowRules } from './check-row.js';
import { COLUMN_COUNT, type KlineChunk, type RowReject, rawText } from './kline-chunk.js';

/**
 * Collects the rows of one chunk after another, in the same arrays. The parser writes row `rows` of `columns`; `keep` then checks it and either counts it
 * in or leaves the slot to the next row. Lines are remembered as ranges of the source's buffers, not copied: a buffer
 * must not be written again while a chunk that came from it is in use.
 */
export class ChunkBuilder {
  readonly columns: readonly Float64Array[];
  rows = 0;
  private readonly lines: Float64Array;
  private readonly truncated: Uint8Array;
  private rejects: RowReject[] = [];
  private buffers: Buffer[] = [];
  private readonly bufferOf: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;

  constructor(
    private readonly capacity: number,
    private readonly rules: RowRules,
  ) {
    this.columns = Array.from({ length: COLUMN_COUNT }, () => new Float64Array(capacity));
    this.lines = new Float64Array(capacity);
    this.truncated = new Uint8Array(capacity);
    this.bufferOf = new Uint32Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  get isFull(): boolean {
    return this.rows === this.capacity || this.rejects.length >= this.capacity;
  }

  get isEmpty(): boolean {
    return this.rows === 0 && this.rejects.length === 0;
  }

  /** Takes the row that the parser has just written, from `bytes[start, end)`, the line's end included. */
  keep(bytes: Buffer, start: number, end: number, line: number): void {
    const row = this.rows;
    const verdict = checkRow(this.columns, row, this.rules);
    if (verdict !== 'OK' && verdict !== 'TRUNCATED') {
      this.rejects.push({ line, reason: verdict, raw: lineText(bytes, start, end) });
      return;
    }
    if (this.buffers[this.buffers.length - 1] !== bytes) this.buffers.push(bytes);
    this.lines[row] = line;
    this.truncated[row] = verdict === 'TRUNCATED' ? 1 : 0;
    this.bufferOf[row] = this.buffers.length - 1;
    this.starts[row] = start;
    this.ends[row] = end;
    this.rows = row + 1;
  }

  rejectParse(line: number, raw: string): void {
    this.rejects.push({ line, reason: 'PARSE', raw });
  }

  /** The rows so far; the next one begins a new chunk. */
  take(): KlineChunk {
    const { columns, rows, lines, truncated, rejects, buffers, bufferOf, starts, ends } = this;
    this.rows = 0;
    this.rejects = [];
    this.buffers = [];
    const raw = (row: number): string => lineText(buffers[bufferOf[row]!]!, starts[row]!, ends[row]!);
    return { columns, rows, lines, truncated, rejects, raw };
  }
}

/** Text of the line in `bytes[start, end)` without its newline and return. */
export function lineText(bytes: Buffer, start: number, end: number): string {
  let to = end;
  if (to > start && bytes[to - 1] === 10) to--;
  if (to > start && bytes[to - 1] === 13) to--;
  return rawText(bytes.subarray(start, to), to - start);
}
