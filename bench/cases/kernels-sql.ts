import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { allowedDifference } from '../../test/reference/tolerance.js';
import type { BenchCase } from '../case.js';
import { HEADER, head, SERIES } from '../corpus.js';
import { csvInput } from '../csv-input.js';
import { bindStanding, codeColumn, type KernelRun, runKernels } from '../kernel-input.js';
import { kernelKlines } from '../kernel-klines.js';
import { SQL_WINDOWS, windowQuery } from '../sql-windows.js';

interface SqlInput extends KernelRun {
  readonly codes: readonly string[];
  readonly query: string;
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

const labelOf = (codes: object): string => Object.keys(codes).join(' ');

export const kernelsSql: BenchCase<SqlInput> = {
  name: 'kernels-sql',
  group: 'kernels',
  title:
    "The codes that SQL's windows can express (bench/sql-windows.ts), BTCUSDT 15m: our kernels on one thread, against a query of DuckDB " +
    'over a table in its memory on all cores, its result kept as a table; rows = values.',
  sizes: ({ isQuick }) =>
    SQL_WINDOWS.map(({ codes }) => ({ label: labelOf(codes), bars: isQuick ? 10_000 : SERIES.btc15m.rows })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 20, warmUp: isQuick ? 0 : 1 }),
  load: async ({ label, bars }, context) => {
    const { path } = await csvInput({ label: 'csv', bars: SERIES.btc15m.rows }, context);
    const window = SQL_WINDOWS.find(({ codes }) => labelOf(codes) === label)!;
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const names = HEADER.split(',').map((name) => `'${name}': 'DOUBLE'`);
    // Whole times, so that a day is a whole division.
    await connection.run(`CREATE TABLE klines AS SELECT * REPLACE (open_time::BIGINT AS open_time)
      FROM read_csv('${path}', header = true, auto_detect = false, delim = ',', columns = {${names.join(', ')}})
      ORDER BY open_time LIMIT ${bars}`);
    const codes = Object.keys(window.codes);
    const run = bindStanding(head(await kernelKlines(context), bars), codes);
    return { ...run, codes, query: windowQuery(window), instance, connection };
  },
  work: ({ klines, codes }) => ({ bars: klines.rows, rows: klines.rows * codes.length }),
  check: async (input) => {
    runKernels(input);
    const theirs = (await input.connection.runAndReadAll(input.query)).getColumnsObject();
    const close = input.klines.columns[4]!;
    let compared = 0;
    for (const code of input.codes) {
      const ours = codeColumn(input, code);
      for (let t = input.program.lookback.get(code)!; t < ours.length; t++, compared++) {
        const value = theirs[code]![t] as number | null;
        const isEqual =
          value === null
            ? Number.isNaN(ours[t])
            : Math.abs(ours[t]! - value) <= allowedDifference(code, ours[t]!, value, close[t]!);
        if (!isEqual) throw new Error(`kernels: ${code} row ${t}: ours ${ours[t]}, SQL ${value}`);
      }
    }
    return `${compared.toLocaleString('en-US')} values equal within SPEC 3's tolerance`;
  },
  run: { name: 'klinemill', run: runKernels },
  reference: [
    {
      name: 'DuckDB SQL',
      run: async ({ connection, query }) => {
        const start = performance.now();
        await connection.run(`CREATE OR REPLACE TABLE result AS ${query}`);
        // What it allocates is not on our heap.
        return { elapsedMs: performance.now() - start };
      },
    },
  ],
  release: async ({ connection, instance }) => {
    connection.closeSync();
    instance.closeSync();
  },
};
