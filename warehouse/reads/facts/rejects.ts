import type { Names } from '../names.js';
import type { FactPage } from '../page.js';
import { type FactChoice, partitionWhere } from './choice.js';
import { number, partitionColumns, text } from './columns.js';

/** Rows of sources that were not taken, file by file. */
export function rejects(names: Names, choice: FactChoice, reason: string | undefined): FactPage {
  return {
    columns: [
      ...partitionColumns(names),
      text('source'),
      text('sha256'),
      number('line'),
      text('reason'),
      text('raw'),
    ],
    from: ['kline_reject'],
    where: [
      ...partitionWhere(names, choice),
      ...(reason === undefined ? [] : ['p.reason = $reason::VARCHAR']),
    ],
    parameters: { reason: reason ?? null },
    order: ['p.sha256', 'p.line', 'p.reason'],
    textKeys: [0, 2],
    time: null,
  };
}
