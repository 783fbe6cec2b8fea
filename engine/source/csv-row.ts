import { EXACT_LIMIT, EXACT_POWERS, parseDecimal } from './decimal.js';
import { COLUMN, COLUMN_COUNT } from './kline-chunk.js';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;

/** Fields that may not be empty. */
export const NEEDED = 7;

const isBlank = (byte: number): boolean => byte === 32 || byte === 9;

/** Parses one line at a time, from bytes, straight into columns. */
export interface RowParser {
  /** Behind the newline of the line that was parsed last. */
  next: number;
  /**
   * Writes the line at `start` to row `row` of `columns`; unknown values are NaN. Sets `next`.
   *
   * @returns false for a PARSE reject: the row then holds anything
   */
  parse(bytes: Buffer, start: number, columns: readonly Float64Array[], row: number): boolean;
}

/**
 * Parses lines whose fields stand in the order of SPEC 2.
 *
 * @remarks A line ends with a newline byte, so no bound is looked at on the way; the caller sees to it that one is there.
 */
export class CsvRowParser implements RowParser {
  next = 0;
  // Where the field that `slowField` read last ends: at a comma or at the newline.
  private fieldEnd = 0;

  parse(bytes: Buffer, start: number, columns: readonly Float64Array[], row: number): boolean {
    let at = start;
    for (let field = 0; field < COLUMN_COUNT; field++) {
      const begin = at;
      let mantissa = 0;
      let digit = bytes[at]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = bytes[++at]! - ZERO;
      }
      let digits = at - begin;
      let scale = 0;
      if (digit === DOT - ZERO) {
        const dot = at;
        digit = bytes[++at]! - ZERO;
        while (digit >= 0 && digit <= 9) {
          mantissa = mantissa * 10 + digit;
          digit = bytes[++at]! - ZERO;
        }
        scale = at - dot - 1;
        digits += scale;
      }
      let value: number;
      // The plain unsigned decimal of the dumps; see parseDecimal for why one division is exact.
      if (
        (digit === COMMA - ZERO || digit === NEWLINE - ZERO) &&
        digits > 0 &&
        mantissa < EXACT_LIMIT &&
        scale <= 22
      )
        value = scale === 0 ? mantissa : mantissa / EXACT_POWERS[scale]!;
      else {
        value = this.slowField(bytes, begin, field);
        if (value === Number.POSITIVE_INFINITY) return this.fail(bytes, begin);
        at = this.fieldEnd;
      }
      columns[field]![row] = value;
      if (bytes[at] === NEWLINE) {
        // With fewer than seven fields close_time is among the missing, and unknown is no whole number.
        for (let missing = field + 1; missing < COLUMN_COUNT; missing++) columns[missing]![row] = Number.NaN;
        this.next = at + 1;
        return areWhole(columns, row);
      }
      at++;
    }
    // The twelfth field is ignored, whatever it holds; a thirteenth is one too many.
    at = endOfField(bytes, at);
    if (bytes[at] === COMMA) return this.fail(bytes, at);
    this.next = at + 1;
    return areWhole(columns, row);
  }

  /** True when none of the first seven fields of the line at `start` is a decimal literal. Sets `next`. */
  isHeader(bytes: Buffer, start: number): boolean {
    let at = start;
    for (let field = 0; field < NEEDED; field++) {
      const end = endOfField(bytes, at);
      if (!Number.isNaN(parseDecimal(bytes, ...content(bytes, at, end)))) return false;
      if (bytes[end] === NEWLINE) break;
      at = end + 1;
    }
    this.fail(bytes, at);
    return true;
  }

  /** True when the line at `start` holds nothing but blanks. Sets `next` then. */
  isBlankLine(bytes: Buffer, start: number): boolean {
    let at = start;
    while (isBlank(bytes[at]!) || bytes[at] === RETURN) at++;
    if (bytes[at] !== NEWLINE) return false;
    this.next = at + 1;
    return true;
  }

  private fail(bytes: Buffer, at: number): false {
    this.next = bytes.indexOf(NEWLINE, at) + 1;
    return false;
  }

  /** Any field that is not a plain decimal. Infinity stands for PARSE, NaN for unknown. Sets `fieldEnd`. */
  private slowField(bytes: Buffer, start: number, field: number): number {
    const end = endOfField(bytes, start);
    this.fieldEnd = end;
    const [from, to] = content(bytes, start, end);
    if (from === to) return field < NEEDED ? Number.POSITIVE_INFINITY : Number.NaN;
    const value = parseDecimal(bytes, from, to);
    return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
  }
}

/** The comma or newline that ends the field at `start`; a comma inside quotes does not. */
export function endOfField(bytes: Buffer, start: number): number {
  let at = start;
  while (isBlank(bytes[at]!)) at++;
  if (bytes[at] === QUOTE) {
    at++;
    while (bytes[at] !== NEWLINE && (bytes[at] !== QUOTE || bytes[at + 1] === QUOTE))
      at += bytes[at] === QUOTE ? 2 : 1;
  }
  while (bytes[at] !== COMMA && bytes[at] !== NEWLINE) at++;
  return at;
}

/** True when times and trade_count of a row are whole numbers, or the count is unknown. */
export function areWhole(columns: readonly Float64Array[], row: number): boolean {
  const count = columns[COLUMN.TRADE_COUNT]![row]!;
  return (
    Number.isInteger(columns[COLUMN.OPEN_TIME]![row]) &&
    Number.isInteger(columns[COLUMN.CLOSE_TIME]![row]) &&
    (Number.isInteger(count) || Number.isNaN(count))
  );
}

/** The field in `[start, end)` without blanks, one pair of quotes, and blanks inside it; a return ends the last field. */
export function content(bytes: Buffer, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  if (bytes[to] === NEWLINE && to > from && bytes[to - 1] === RETURN) to--;
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  if (to - from < 2 || bytes[from] !== QUOTE || bytes[to - 1] !== QUOTE) return [from, to];
  from++;
  to--;
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  return [from, to];
}
