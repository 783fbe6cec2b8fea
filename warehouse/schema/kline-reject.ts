// Grain: sha256, line, reason (one row a finding; loading a file again adds none).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_REJECT: TableSpec = {
  name: 'kline_reject',
  comment: 'rows of sources that were not taken, or taken with a note (TRUNCATED)',
  grain: ['sha256', 'line', 'reason'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    column('source', 'text', 'file name'),
    column('sha256', 'text', "SHA-256 of the file's bytes, hex"),
    column('line', 'count', 'physical line number from 1, the header counted'),
    column('reason', 'text', 'PARSE, PRICE, RANGE, VOLUME, GRID, CLOSE_TIME, OPEN_BAR, TRUNCATED, CONFLICT'),
    column('raw', 'text', 'the line as it stood'),
  ],
};
