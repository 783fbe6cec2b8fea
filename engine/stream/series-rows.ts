import type { PartitionKey } from '../../warehouse/index.js';
import { checkRow, type RowRules } from '../source/check-row.js';
import { COLUMN_COUNT } from '../source/kline-chunk.js';
import type { DeadLetter, StreamMessage } from './dead-letter.js';
import { readKlineMessage } from './kline-message.js';

/** Rows of one series as its messages brought them, in the order of the topic. */
export class SeriesRows {
  columns: Float64Array[];
  rows = 0;
  /** Message of each row. */
  readonly messages: StreamMessage[] = [];
  /** Rows whose close_time was earlier than the normal one. */
  readonly truncated = new Set<number>();

  constructor(
    readonly key: PartitionKey,
    private readonly rules: RowRules,
  ) {
    this.columns = Array.from({ length: COLUMN_COUNT }, () => new Float64Array(64));
  }

  /** Takes a message in. @returns null, or the dead letter that it is */
  take(message: StreamMessage): DeadLetter | null {
    const { rows } = this;
    if (rows === this.columns[0]!.length) this.grow();
    const fault = readKlineMessage(message.value, this.columns, rows);
    if (fault !== null) return { message, ...fault };
    const verdict = checkRow(this.columns, rows, this.rules);
    if (verdict === 'TRUNCATED') this.truncated.add(rows);
    else if (verdict !== 'OK')
      return { message, reason: verdict as Exclude<typeof verdict, 'PARSE'>, detail: `SPEC 2: ${verdict}` };
    this.messages.push(message);
    this.rows++;
    return null;
  }

  /** Gives the row back that was taken last. */
  dropLast(): void {
    this.rows--;
    this.messages.pop();
    this.truncated.delete(this.rows);
  }

  private grow(): void {
    this.columns = this.columns.map((column) => {
      const wider = new Float64Array(2 * column.length);
      wider.set(column);
      return wider;
    });
  }
}
