import { join } from 'node:path';
import { defaultThreads } from '../../engine/index.js';
import type { BenchCase, Sample } from '../case.js';
import { head, loadKlines, SERIES, writeCsv } from '../corpus.js';
import { type MySqlServer, missingServer, openServer } from '../mysql-server.js';
import { runJob } from '../run-job.js';

interface MySqlInput {
  readonly server: MySqlServer;
  readonly csv: string;
  readonly bars: number;
  /** Files that the server wrote from a finished warehouse, by table. */
  readonly files: Readonly<Record<string, string>>;
  /** Rows by fact, in the finished warehouse. */
  readonly facts: Readonly<Record<string, number>>;
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
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async ({ bars }, { folder }) => {
    const server = await openServer();
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
      if (JSON.stringify(facts) !== JSON.stringify(input.facts))
        throw new Error(
          `mysql-bulk: ${name} ${JSON.stringify(facts)}, finished ${JSON.stringify(input.facts)}`,
        );
    }
    await newLongTables(input);
    await loadLong(input);
    const [rows] = await input.server.admin.query(
      'SELECT (SELECT count(*) FROM long_indicator) + (SELECT count(*) FROM long_metric) AS n',
    );
    const long = Number((rows as { n: number }[])[0]!.n);
    if (long !== input.facts.fact_indicator! + input.facts.fact_metric_value!)
      throw new Error(`mysql-bulk: ${long} long rows, facts ${JSON.stringify(input.facts)}`);
    return Object.entries(input.facts)
      .map(([table, count]) => `${table} ${count.toLocaleString('en-US')}`)
      .join(', ');
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
  return { server, csv, bars, files, facts, url: '' };
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
