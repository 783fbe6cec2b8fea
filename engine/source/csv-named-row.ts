import { milliseconds } from './check-row.js';
import type { Slots } from './column-names.js';
import { areWhole, content, endOfField, NEEDED, type RowParser } from './csv-row.js';
import { parseDecimal } from './decimal.js';
import { COLUMN, COLUMN_COUNT } from './kline-chunk.js';

const NEWLINE = 10;

/** Parses lines whose fields stand in the order of a header; fields that the header does not name for us hold anything. */
export class NamedCsvRowParser implements RowParser {
  next = 0;
  /** Slot of each field, -1 for one that is ignored. */
  private readonly slotOf: readonly number[];
  private readonly hasCloseTime: boolean;

  /** @param fields of the header */
  constructor(
    slots: Slots,
    fields: number,
    private readonly durationMs: number,
  ) {
    this.slotOf = Array.from({ length: fields }, (_, field) => slots.indexOf(field));
    this.hasCloseTime = slots[COLUMN.CLOSE_TIME]! >= 0;
  }

  parse(bytes: Buffer, start: number, columns: readonly Float64Array[], row: number): boolean {
    for (let slot = 0; slot < COLUMN_COUNT; slot++) columns[slot]![row] = Number.NaN;
    let isGood = true;
    let field = 0;
    for (let at = start; ; field++) {
      const end = endOfField(bytes, at);
      const slot = this.slotOf[field];
      if (slot !== undefined && slot >= 0) {
        const [from, to] = content(bytes, at, end);
        const value = from === to && slot >= NEEDED ? Number.NaN : parseDecimal(bytes, from, to);
        // Unknown is fine where nothing stands; anything else must be a number.
        if (!Number.isFinite(value) && (from < to || slot < NEEDED)) isGood = false;
        columns[slot]![row] = value;
      }
      if (bytes[end] === NEWLINE) {
        this.next = end + 1;
        break;
      }
      at = end + 1;
    }
    if (!isGood || field + 1 !== this.slotOf.length) return false;
    if (!this.hasCloseTime)
      columns[COLUMN.CLOSE_TIME]![row] = milliseconds(columns[COLUMN.OPEN_TIME]![row]!) + this.durationMs - 1;
    return areWhole(columns, row);
  }
}

/** Names in the header line at `start`. */
export function headerNames(bytes: Buffer, start: number): string[] {
  const names: string[] = [];
  for (let at = start; ; ) {
    const end = endOfField(bytes, at);
    names.push(bytes.toString('utf8', ...content(bytes, at, end)));
    if (bytes[end] === NEWLINE) return names;
    at = end + 1;
  }
}
