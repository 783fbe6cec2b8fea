import { join } from 'node:path';
import { defaultThreads } from '../../engine/index.js';
import type { BenchCase, Sample } from '../case.js';
import { head, loadKlines, SERIES, writeCsv } from '../corpus.js';
import { type MySqlServer, missingServer, openServer } from '../mysql-server.js';
import { runJob } from '../run-job.js';
import { sameFacts } from '../same-facts.js';
import { sameIndicators } from '../same-indicators.js';

interface MySqlInput {
  readonly server: MySqlServer;
  readonly csv: string;
  readonly bars: number;
  /** Files that the server wrote from a finished warehouse, by table. */
  readonly files: Readonly<Record<string, string>>;
  /** Rows by fact, in the finished warehouse. */
  readonly facts: Readonly<Record<string, number>>;
  /** What the finished warehouse was compared with. */
  readonly checked: string;
  /** Its checksums by table, and by code and metric. */
  readonly sums: Sums;
  /** The database that the next sample writes to. */
  url: string;
}

const LONG = 'stock client, long rows';
const READY = 'stock client, our physical rows';
const THREADS = defaultThreads();
const { symbol, interval } = SERIES.btc1h;
const PHYSICAL = ['bar_indicator', 'bar_prediction', 'fact_prediction_result'];
/** Long rows as the DuckDB cases have them: ids, time and value, no key. There is one partition. */
const LONG_TABLES = {
  long_indicator: `SELECT 1, 1, t.indicator_id, f.timestamp, f.value
    FROM fact_indicator f JOIN dim_indicator_type t ON t.indicator = f.indicator`,
  long_metric: `SELECT s.strategy_id, 1, 1, m.position, f.calculating_at, f.metric_value FROM fact_metric_value f
    JOIN dim_strategy s ON s.strategy = f.strategy AND s.version = f.version
    JOIN dim_metric m ON m.strategy_id = s.strategy_id AND m.metric_code = f.metric`,
};

type LongTable = keyof typeof LONG_TABLES;
/** Their ids, and which of those name a series. */
const LONG_COLUMNS: Readonly<Record<LongTable, readonly [string, string]>> = {
  long_indicator: ['symbol_id, interval_id, id', 'id'],
  long_metric: ['strategy_id, symbol_id, interval_id, id', 'strategy_id, id'],
};

interface Sums {
  /** The server's own of `PHYSICAL`, whatever the order of the rows. */
  readonly tables: readonly string[];
  /** Of the values of each indicator, and of each metric: their ids, how many, and all bits of their times and values. */
  readonly series: readonly string[];
}

export const mysqlBulk: BenchCase<MySqlInput> = {
  name: 'mysql-bulk',
  group: 'mysql',
  title:
    'recompute into MySQL (45 codes, two strategies, the default threads started and ended, connection closed) of BTCUSDT 1h, against ' +
    "the server's stock client and LOAD DATA LOCAL from ready files: the same indicator and metric values as long rows without a key, and " +
    'the same rows as ours into the same tables, each in one transaction; foreign keys unchecked and bytes taken as latin1 on both sides; ' +
    'rows = indicator and metric values.',
  bars: [
    { ratio: 'time', against: LONG, atMost: 0.35 },
    { ratio: 'time', against: READY, atMost: 1.35 },
  ],
  missing: missingServer,
  sizes: ({ isQuick }) => [{ label: 'BTCUSDT 1h', bars: isQuick ? 6_000 : 60_000 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 7, roundMs: 0, warmUp: 0 }),
  load: async ({ bars }, { folder, versions }) => {
    const server = await openServer({ versions });
    try {
      return await prepared(server, bars, folder);
    } catch (error) {
      await server.close();
      throw error;
    }
  },
  work: ({ bars, facts }) => ({ bars, rows: facts.fact_indicator! + facts.fact_metric_value! }),
  check: async (input) => {
    for (const [name, prepare, run] of [
      ['ours', newWarehouse, recomputed],
      ['physical', newWarehouse, loadPhysical],
    ] as const) {
      await prepare(input);
      await run(input);
      const facts = await counted(input.server, input.url);
      const tables = await tableSums(input.server, input.url);
      if (JSON.stringify(facts) !== JSON.stringify(input.facts) || tables.join() !== input.sums.tables.join())
        throw new Error(
          `mysql-bulk: ${name} ${JSON.stringify(facts)}, checksums ${tables}; finished ${JSON.stringify(input.facts)}, ${input.sums.tables}`,
        );
    }
    await newLongTables(input);
    await loadLong(input);
    const long = await seriesSums(input.server, (table) => `SELECT * FROM ${table}`);
    const off = input.sums.series.findIndex((line, i) => line !== long[i]);
    if (off >= 0 || long.length !== input.sums.series.length)
      throw new Error(
        `mysql-bulk: long rows '${long[off]}', facts '${input.sums.series[off]}' (ids, values, checksum)`,
      );
    const counts = Object.entries(input.facts).map(
      ([table, count]) => `${table} ${count.toLocaleString('en-US')}`,
    );
    return `${counts.join(', ')}; the same checksums of all three tables, and of the long rows by code and metric; ${input.checked}`;
  },
  run: { name: 'klinemill recompute', prepare: newWarehouse, run: recomputed },
  reference: [
    { name: LONG, prepare: newLongTables, run: loadLong },
    { name: READY, prepare: newWarehouse, run: loadPhysical },
    {
      name: 'klinemill recompute, LOCAL forbidden',
      prepare: async (input) => {
        await newWarehouse(input);
        await input.server.admin.query('SET GLOBAL local_infile = 0');
      },
      run: async (input) => {
        try {
          return await recomputed(input);
        } finally {
          await input.server.admin.query('SET GLOBAL local_infile = 1');
        }
      },
    },
  ],
  release: ({ server }) => server.close(),
};

async function prepared(server: MySqlServer, bars: number, folder: string): Promise<MySqlInput> {
  const csv = join(folder, 'mysql-bulk.csv');
  writeCsv(head(loadKlines(SERIES.btc1h), bars), csv);
  const finished = await warehouseOf(server, csv);
  await runJob('recomputeMySql', { url: finished, threads: THREADS });
  const name = new URL(finished).pathname.slice(1);
  await server.admin.query(`USE ${name}`);
  const files: Record<string, string> = {};
  for (const table of PHYSICAL)
    files[table] = await written(server, folder, table, `SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`);
  for (const [table, select] of Object.entries(LONG_TABLES))
    files[table] = await written(server, folder, table, select);
  const facts = await counted(server, finished);
  const sums = {
    tables: await tableSums(server, finished),
    series: await seriesSums(server, (table) => LONG_TABLES[table]),
  };
  const checked = `${await sameIndicators(finished, SERIES.btc1h)}; ${await sameFacts(finished, SERIES.btc1h)}`;
  return { server, csv, bars, files, facts, sums, checked, url: '' };
}

async function warehouseOf(server: MySqlServer, path: string): Promise<string> {
  const url = await server.createDatabase();
  await runJob('loadMySql', { url, path, symbol, interval });
  return url;
}

async function newWarehouse(input: MySqlInput): Promise<void> {
  input.url = await warehouseOf(input.server, input.csv);
}

async function recomputed({ url }: MySqlInput): Promise<Sample> {
  const { result, peakBytes } = await runJob('recomputeMySql', { url, threads: THREADS });
  return { elapsedMs: result.elapsedMs, peakBytes };
}

async function newLongTables(input: MySqlInput): Promise<void> {
  input.url = await input.server.createDatabase();
  await input.server.admin.query(`USE ${new URL(input.url).pathname.slice(1)};
    CREATE TABLE long_indicator (symbol_id SMALLINT NOT NULL, interval_id TINYINT NOT NULL, indicator_type_id SMALLINT NOT NULL,
      close_time BIGINT NOT NULL, value DOUBLE NULL);
    CREATE TABLE long_metric (strategy_id SMALLINT NOT NULL, symbol_id SMALLINT NOT NULL, interval_id TINYINT NOT NULL,
      metric_id SMALLINT NOT NULL, predicting_at BIGINT NOT NULL, value DOUBLE NULL)`);
}

function loadLong(input: MySqlInput): Promise<Sample> {
  return loadTables(input, Object.keys(LONG_TABLES));
}

function loadPhysical(input: MySqlInput): Promise<Sample> {
  return loadTables(input, PHYSICAL);
}

async function loadTables({ server, url, files }: MySqlInput, tables: readonly string[]): Promise<Sample> {
  const loads = tables.map(
    (table) => `LOAD DATA LOCAL INFILE '${files[table]}' INTO TABLE ${table} CHARACTER SET latin1;`,
  );
  const start = performance.now();
  // As every session of ours: the work is writing rows, not looking up their dimensions.
  await server.client(url, `SET foreign_key_checks = 0; START TRANSACTION; ${loads.join(' ')} COMMIT`);
  return { elapsedMs: performance.now() - start };
}

/** Has the server write rows to a file of its own, which is why it must run on this machine. */
async function written(server: MySqlServer, folder: string, table: string, select: string): Promise<string> {
  const file = join(folder, `${table}.tsv`);
  await server.admin.query(`${select} INTO OUTFILE '${file}'`);
  return file;
}

async function counted({ admin }: MySqlServer, url: string): Promise<Record<string, number>> {
  const name = new URL(url).pathname.slice(1);
  const counts: Record<string, number> = {};
  for (const table of ['fact_indicator', 'fact_metric_value', 'fact_prediction', 'fact_prediction_result']) {
    const [rows] = await admin.query(`SELECT count(*) AS n FROM ${name}.${table}`);
    counts[table] = Number((rows as { n: number }[])[0]!.n);
  }
  return counts;
}

async function tableSums({ admin }: MySqlServer, url: string): Promise<string[]> {
  const name = new URL(url).pathname.slice(1);
  const [rows] = await admin.query(
    `CHECKSUM TABLE ${PHYSICAL.map((table) => `${name}.${table}`).join(', ')}`,
  );
  return (rows as { Checksum: number }[]).map(({ Checksum }, i) => `${PHYSICAL[i]} ${Checksum}`);
}

/** @param select rows as the long tables have them, in the database that is in use */
async function seriesSums({ admin }: MySqlServer, select: (table: LongTable) => string): Promise<string[]> {
  const lines: string[] = [];
  for (const [table, [columns, ids]] of Object.entries(LONG_COLUMNS)) {
    const [rows] = await admin.query(`
      WITH rows_of (${columns}, at, v) AS (${select(table as LongTable)})
      SELECT CONCAT_WS(' ', ${ids}, COUNT(*), BIT_XOR(CRC32(CONCAT_WS(' ', at, v)))) AS line
      FROM rows_of GROUP BY ${ids} ORDER BY ${ids}`);
    lines.push(...(rows as { line: string }[]).map(({ line }) => `${table} ${line}`));
  }
  return lines;
}
