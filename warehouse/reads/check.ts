import type { Warehouse } from '../warehouse.js';
import { type Finding, findingSql } from './check/finding.js';
import { grainFindings } from './check/grain.js';
import { nullFindings } from './check/nulls.js';
import { orphanQueries } from './check/orphans.js';
import { type CodeBounds, rangeFindings } from './check/ranges.js';
import { GAPS, GRID, gapTableQueries, TRUNCATED, ZERO_VOLUME } from './check/series.js';
import { readRows } from './rows.js';

/** `error`: it must not be. `info`: the market, or what is left to do. */
export type CheckLevel = 'error' | 'info';

/** A row that a check found; null where there is no such thing. */
export interface CheckRow {
  readonly table_name: string;
  /** name@version */
  readonly strategy: string | null;
  readonly symbol: string | null;
  readonly interval: string | null;
  /** close_time or its namesake, epoch ms; of a gap the first missing open_time. */
  readonly at_time: number | null;
  /** Bars that the row stands for, where it stands for several. */
  readonly bars: number | null;
  readonly detail: string;
}

export interface CheckResult {
  readonly check: string;
  readonly level: CheckLevel;
  /** What holds when nothing is found. */
  readonly sound: string;
  /** Rows found. */
  readonly found: number;
  /** Bars that they stand for; null: one each, or none. */
  readonly bars: number | null;
  /** The first of the rows found, as many as were asked for. */
  readonly rows: readonly CheckRow[];
}

interface Check {
  readonly check: string;
  readonly level: CheckLevel;
  readonly sound: string;
  readonly queries: readonly string[];
}

/**
 * Data quality: every check is SQL that returns what is wrong, or worth knowing.
 *
 * @param maxRows rows to return of each check
 * @param bounds values that codes cannot leave
 */
export async function readChecks(
  warehouse: Warehouse,
  maxRows: number,
  bounds: CodeBounds,
): Promise<CheckResult[]> {
  const codes = await readRows<{ indicator: string }>(
    warehouse,
    'SELECT indicator FROM dim_indicator_type ORDER BY indicator_id',
  );
  const results: CheckResult[] = [];
  for (const { queries, ...check } of checks(
    codes.map(({ indicator }) => indicator),
    bounds,
  )) {
    const all = `(${queries.join(' UNION ALL ')}) c`;
    const [total] = await readRows<{ found: number; bars: number | null }>(
      warehouse,
      `SELECT count(*) AS found, sum(c.bars) AS bars FROM ${all}`,
    );
    const { found, bars } = total!;
    const rows =
      found === 0 || maxRows === 0
        ? []
        : await readRows<CheckRow>(
            warehouse,
            `SELECT * FROM ${all} ORDER BY c.table_name, c.symbol, c."interval", c.strategy, c.at_time, c.detail LIMIT ${maxRows}`,
          );
    results.push({ ...check, found, bars, rows });
  }
  return results;
}

/** In the order in which they are told. */
function checks(codes: readonly string[], bounds: CodeBounds): Check[] {
  const sql = (...findings: readonly Finding[]): string[] => findings.map(findingSql);
  return [
    { check: 'grain', level: 'error', sound: 'every key stands once', queries: sql(...grainFindings()) },
    {
      check: 'nulls',
      level: 'error',
      sound: 'no required value is missing',
      queries: sql(...nullFindings()),
    },
    {
      check: 'orphans',
      level: 'error',
      sound:
        'every id has its row, every fact its bar, every bar its indicators, every result its prediction',
      queries: orphanQueries(),
    },
    {
      check: 'ranges',
      level: 'error',
      sound: 'prices, volumes, indicators, scores and results can be',
      queries: sql(...rangeFindings(codes, bounds)),
    },
    { check: 'grid', level: 'error', sound: 'every bar lies on its grid', queries: sql(GRID) },
    {
      check: 'gap_table',
      level: 'error',
      sound: 'kline_gap says what the bars say',
      queries: gapTableQueries(),
    },
    { check: 'gaps', level: 'info', sound: 'no bar is missing', queries: sql(GAPS) },
    { check: 'zero_volume', level: 'info', sound: 'every bar has volume', queries: sql(ZERO_VOLUME) },
    { check: 'truncated', level: 'info', sound: 'no source cut a bar short', queries: sql(TRUNCATED) },
  ];
}
