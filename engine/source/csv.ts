import { UserError } from '../errors.js';
import type { RowRules } from './check-row.js';
import { ChunkBuilder, LineOrigin, type LocalChunk, lineText } from './chunk-builder.js';
import { areSpecOrder, type ColumnMap, findSlots, recogniseSlots } from './column-names.js';
import { headerNames, NamedCsvRowParser } from './csv-named-row.js';
import { CsvRowParser, type RowParser } from './csv-row.js';
import { type ChunkMemory, ownMemory, rawText } from './kline-chunk.js';

/** A longer line is a PARSE reject, and is not held in memory. */
export const LINE_LIMIT = 1 << 20;
/** When so many data lines in a row from the start do not parse, the file holds no klines. */
const HOPELESS_LINES = 1000;
const NEWLINE = 10;

export interface CsvOptions extends RowRules {
  /** Stands in error messages. */
  readonly name: string;
  /** Where chunks are written, and with it how many rows they have; the same arrays again and again where it is absent. */
  readonly memory?: ChunkMemory;
  /** Which column of the header is which, where its names do not say it. */
  readonly map?: ColumnMap;
}

/** Fields of a line in SPEC 2's order, at most. */
const SPEC_FIELDS = 12;

/**
 * Klines of a CSV text (SPEC 2) as chunks of columns, in the order of the file. A chunk is good until the next one is
 * asked for: its arrays may be used again.
 *
 * @param input the text's bytes in pieces of any size; a piece must not be written again after it was handed over
 * @throws UserError when the text is empty, or holds no klines at all: binary data, or a thousand lines of something else
 */
export async function* readCsv(
  input: AsyncIterable<Uint8Array>,
  options: CsvOptions,
): AsyncGenerator<LocalChunk> {
  const reader = new CsvReader(options);
  // The beginning of a line whose end has not come yet.
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    if (pendingBytes > 0) {
      start = bytes.indexOf(NEWLINE) + 1;
      const tail = start === 0 ? bytes : bytes.subarray(0, start);
      // Of a line that is too long only its first piece, for the reject's text, and its length are kept.
      if (pendingBytes <= LINE_LIMIT) pending.push(tail);
      pendingBytes += tail.length;
      if (start === 0) continue;
      if (pendingBytes > LINE_LIMIT) reader.tooLong(Buffer.concat(pending, LINE_LIMIT), pendingBytes - 1);
      else {
        const line = Buffer.concat(pending, pendingBytes);
        reader.lines(line, 0, line.length);
      }
      pending = [];
      pendingBytes = 0;
      if (reader.isFull) yield reader.take();
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    while (start < end) {
      start = reader.lines(bytes, start, end);
      if (reader.isFull) yield reader.take();
    }
    if (end < bytes.length) {
      pending = [bytes.subarray(Math.max(start, end))];
      pendingBytes = pending[0]!.length;
    }
  }
  if (pendingBytes > LINE_LIMIT) reader.tooLong(Buffer.concat(pending, LINE_LIMIT), pendingBytes);
  else if (pendingBytes > 0) {
    const line = Buffer.concat([...pending, Buffer.of(NEWLINE)], pendingBytes + 1);
    reader.lines(line, 0, line.length);
  }
  reader.finish();
  if (!reader.isEmpty) yield reader.take();
}

/** Counts lines, skips blank ones and the header, and fills chunk after chunk. */
class CsvReader {
  private readonly parser = new CsvRowParser();
  /** Another one where a header says another order. */
  private rows: RowParser = this.parser;
  private readonly chunk: ChunkBuilder;
  private line = 0;
  private hasContent = false;
  private dataLines = 0;
  private parsedLines = 0;
  private hasNul = false;

  constructor(private readonly options: CsvOptions) {
    this.chunk = new ChunkBuilder(options, options.memory ?? ownMemory());
  }

  get isFull(): boolean {
    return this.chunk.isFull;
  }

  get isEmpty(): boolean {
    return this.chunk.isEmpty;
  }

  /** The chunk so far; the next row begins a new one. */
  take(): LocalChunk {
    this.assertHopeful();
    return this.chunk.take();
  }

  /** Takes the whole lines of `bytes[start, end)` until the chunk is full. Returns where it stopped. */
  lines(bytes: Buffer, start: number, end: number): number {
    const { parser, chunk } = this;
    const origin = new LineOrigin(bytes);
    let at = start;
    while (at < end && !chunk.isFull) {
      this.line++;
      if (this.line === 1 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
      if (!this.hasContent && !parser.isBlankLine(bytes, at)) {
        this.hasContent = true;
        if (parser.isHeader(bytes, at)) {
          this.hasNul = bytes.subarray(at, parser.next).includes(0);
          this.takeHeader(headerNames(bytes, at));
          at = parser.next;
          continue;
        }
        if (this.options.map !== undefined)
          throw new UserError(
            `--map: '${this.options.name}' has no header, so that its columns have no names; they are read in the usual order`,
          );
      }
      const { rows } = this;
      if (rows.parse(bytes, at, chunk.columns, chunk.rows)) {
        if (rows.next - at > LINE_LIMIT) this.parseReject(lineText(bytes, at, rows.next), false);
        else {
          this.dataLines++;
          this.parsedLines++;
          chunk.keep(origin, at, rows.next, this.line);
        }
      } else if (!parser.isBlankLine(bytes, at))
        this.parseReject(lineText(bytes, at, rows.next), bytes.subarray(at, rows.next).includes(0));
      at = rows.next;
    }
    return at;
  }

  tooLong(head: Buffer, length: number): void {
    this.line++;
    this.hasContent = true;
    this.parseReject(rawText(head, length), head.includes(0));
  }

  finish(): void {
    if (!this.hasContent) throw new UserError(`csv: '${this.options.name}' is empty: no header and no row`);
    if (this.parsedLines === 0 && this.hasNul)
      throw new UserError(
        `csv: '${this.options.name}' holds no klines but binary data (NUL bytes); a CSV text is needed`,
      );
    this.assertHopeful();
  }

  /** A header whose names are known is believed; any other is only a header. */
  private takeHeader(names: readonly string[]): void {
    const { name, map, durationMs } = this.options;
    const slots = map === undefined ? recogniseSlots(name, names) : findSlots(name, names, map);
    if (slots !== null && (!areSpecOrder(slots, names.length) || names.length > SPEC_FIELDS))
      this.rows = new NamedCsvRowParser(slots, names.length, durationMs);
  }

  private parseReject(raw: string, hasNul: boolean): void {
    this.dataLines++;
    this.hasNul ||= hasNul;
    this.chunk.rejectParse(this.line, raw);
  }

  private assertHopeful(): void {
    if (this.parsedLines === 0 && this.dataLines >= HOPELESS_LINES)
      throw new UserError(
        `csv: '${this.options.name}' holds no klines: none of its first ${this.dataLines} lines has 7 to 12 numbers`,
      );
  }
}
