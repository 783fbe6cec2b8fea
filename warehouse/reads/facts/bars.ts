import { codeColumn } from '../../schema/bar-indicator.js';
import { KLINE_COLUMNS } from '../../schema/batches.js';
import type { Names } from '../names.js';
import type { FactPage } from '../page.js';
import { type FactChoice, partitionWhere, timeKey, timeWhere } from './choice.js';
import { coded, number, partitionColumns } from './columns.js';

/** Klines of one partition by time. */
export function klines(names: Names, choice: FactChoice): FactPage {
  return {
    columns: [...partitionColumns(names), ...KLINE_COLUMNS.map(({ name }) => number(name))],
    ...bars('fact_kline', names, choice),
  };
}

/** Indicators of one partition by time: a row a bar, a column a code. */
export function indicators(names: Names, choice: FactChoice, codes: readonly string[]): FactPage {
  return {
    columns: [number('close_time'), ...codes.map((code) => number(code, `p."${codeColumn(code)}"`))],
    ...bars('bar_indicator', names, choice),
  };
}

function bars(table: string, names: Names, choice: FactChoice): Omit<FactPage, 'columns'> {
  return {
    from: [table],
    where: [...partitionWhere(names, choice), ...timeWhere('close_time', choice)],
    parameters: {},
    order: ['p.close_time'],
    textKeys: [],
    time: timeKey(names, choice, 0),
  };
}

/** Values of one partition that are known, code by code in the order of the text, so that a reader has whole series. */
export function indicatorValues(names: Names, choice: FactChoice, codes: readonly string[]): FactPage {
  const sorted = codes.toSorted();
  const from = sorted.map((code, position) => {
    const value = `b."${codeColumn(code)}"`;
    return `(SELECT b.symbol_id, b.interval_id, ${position} AS code, b.close_time AS "timestamp", ${value} AS "value"
      FROM bar_indicator b WHERE ${value} IS NOT NULL)`;
  });
  return {
    columns: [
      ...partitionColumns(names),
      coded('indicator', 'p.code', (code) => sorted[code!]!),
      number('timestamp'),
      number('value'),
    ],
    from,
    where: [...partitionWhere(names, choice), ...timeWhere('"timestamp"', choice)],
    parameters: {},
    order: ['p.code', 'p."timestamp"'],
    textKeys: [],
    time: timeKey(names, choice, 1),
  };
}
