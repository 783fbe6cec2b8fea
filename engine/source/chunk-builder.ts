import { checkRow, type RowRules } from './check-row.js';
import {
  type ChunkArrays,
  type ChunkMemory,
  type KlineChunk,
  type RowReject,
  rawText,
} from './kline-chunk.js';

/** A chunk of this thread. */
export interface LocalChunk extends KlineChunk {
  /** Text of the line that row `row` came from. */
  raw(row: number): string;
  /** The same for as long as it is kept, whatever becomes of the chunk. */
  keepTexts(): (row: number) => string;
}

/** Where rows came from: bytes of a text, columns of a batch. Must not change while a chunk of its rows is in use. */
export interface RowOrigin {
  /** Text of the row at `[start, end)`, for rejects. */
  text(start: number, end: number): string;
}

/** Lines in bytes. */
export class LineOrigin implements RowOrigin {
  constructor(readonly bytes: Buffer) {}

  text(start: number, end: number): string {
    return lineText(this.bytes, start, end);
  }
}

/**
 * Collects the rows of one chunk after another, in the arrays that `memory` gives. The parser writes row `rows` of `columns`; `keep`
 * then checks it and either counts it in or leaves the slot to the next row. Texts are not copied but remembered as
 * places in their origin.
 */
export class ChunkBuilder {
  rows = 0;
  private readonly capacity: number;
  /** Of the chunk that is being filled. */
  private arrays: ChunkArrays;
  private isTaken = false;
  private rejects: RowReject[] = [];
  private origins: RowOrigin[] = [];
  private readonly originOf: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;

  constructor(
    private readonly rules: RowRules,
    private readonly memory: ChunkMemory,
  ) {
    this.arrays = memory();
    const capacity = this.arrays.lines.length;
    this.capacity = capacity;
    this.originOf = new Uint32Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  /** Where the parser writes the next row, to slot `rows`. */
  get columns(): readonly Float64Array[] {
    if (this.isTaken) {
      this.arrays = this.memory();
      this.isTaken = false;
    }
    return this.arrays.columns;
  }

  get isFull(): boolean {
    return this.rows === this.capacity || this.rejects.length >= this.capacity;
  }

  get isEmpty(): boolean {
    return this.rows === 0 && this.rejects.length === 0;
  }

  /** Takes the row that the parser has just written, which stands at `[start, end)` of `origin`. */
  keep(origin: RowOrigin, start: number, end: number, line: number): void {
    const row = this.rows;
    const { columns, lines, truncated } = this.arrays;
    const verdict = checkRow(columns, row, this.rules);
    if (verdict !== 'OK' && verdict !== 'TRUNCATED') {
      this.rejects.push({ line, reason: verdict, raw: origin.text(start, end) });
      return;
    }
    if (this.origins[this.origins.length - 1] !== origin) this.origins.push(origin);
    lines[row] = line;
    truncated[row] = verdict === 'TRUNCATED' ? 1 : 0;
    this.originOf[row] = this.origins.length - 1;
    this.starts[row] = start;
    this.ends[row] = end;
    this.rows = row + 1;
  }

  rejectParse(line: number, raw: string): void {
    this.rejects.push({ line, reason: 'PARSE', raw });
  }

  /** The rows so far; the next one begins a new chunk. */
  take(): LocalChunk {
    const { rows, rejects, origins, originOf, starts, ends } = this;
    const { columns, lines, truncated } = this.arrays;
    this.isTaken = true;
    this.rows = 0;
    this.rejects = [];
    this.origins = [];
    const raw = (row: number): string => origins[originOf[row]!]!.text(starts[row]!, ends[row]!);
    const keepTexts = (): ((row: number) => string) => {
      const [of, from, to] = [originOf.slice(0, rows), starts.slice(0, rows), ends.slice(0, rows)];
      return (row) => origins[of[row]!]!.text(from[row]!, to[row]!);
    };
    const texts = async (wanted: readonly number[]): Promise<string[]> => wanted.map(raw);
    return { columns, rows, lines, truncated, rejects, texts, raw, keepTexts };
  }
}

/** Text of the line in `bytes[start, end)` without its newline and return. */
export function lineText(bytes: Buffer, start: number, end: number): string {
  let to = end;
  if (to > start && bytes[to - 1] === 10) to--;
  if (to > start && bytes[to - 1] === 13) to--;
  return rawText(bytes.subarray(start, to), to - start);
}
