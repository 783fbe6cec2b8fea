import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSources, recompute, syntheticSources } from '../engine/index.js';
import { ROOT } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { type Served, serve } from './support/serve.js';
import { newWarehouse } from './support/warehouse.js';

// The worked examples of docs/api.md as they stand there, against the real server. Three words are others here: the address,
// the symbol, which is made up, and where a module lies.

const DOCS = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
const TOKEN = 'token-of-the-test';
const folder = temporaryFolder();
let server: Served;

beforeAll(async () => {
  const warehouse = await newWarehouse(folder.path, 'docs');
  await loadSources(warehouse, syntheticSources(), { now: Date.UTC(2030, 0, 1) });
  await recompute(warehouse, { threads: 0 });
  await warehouse.close();
  server = await serve(`duckdb:${join(folder.path, 'docs.duckdb')}`, ['--token', TOKEN]);
});

afterAll(async () => {
  await server?.close();
  folder.dispose();
});

/** The block of a language, with this server's address and market. */
function example(language: string): string {
  const text = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(DOCS)![1]!;
  return text.replaceAll('http://127.0.0.1:8787', server.url).replaceAll('BTCUSDT', 'SYNTHETIC_BTCUSDT');
}

/** @returns what it prints. @throws Error when it does not end with 0 */
function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: folder.path, env: { ...process.env, KLINEMILL_TOKEN: TOKEN } });
  let out = '';
  let err = '';
  child.stdout.on('data', (piece) => {
    out += String(piece);
  });
  child.stderr.on('data', (piece) => {
    err += String(piece);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${command} ended with ${code}: ${err}${out}`)),
    );
  });
}

async function rows(path: string): Promise<Record<string, number | string>[]> {
  const answer = await fetch(server.url + path);
  return ((await answer.json()) as { data: Record<string, number | string>[] }).data;
}

const lacks = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status !== 0;

const whyNoCurl = lacks('curl', ['--version']) ? 'curl is absent' : '';

describe.skipIf(whyNoCurl !== '')(`curl${whyNoCurl && ` (${whyNoCurl})`}`, () => {
  it('every command answers what it says', async () => {
    // Comments between the commands; the first one is this server.
    const commands = example('sh')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(commands.shift()).toBe('klinemill serve &');
    const answers: string[] = [];
    for (const command of commands)
      answers.push(await run('sh', ['-c', command.replace(/^curl /, 'curl --silent --show-error --fail ')]));
    const [all, best, csv, explained, job, ...more] = answers;
    expect(more).toEqual([]);
    const { data: figures } = JSON.parse(all!) as { data: { group: string }[] };
    expect(figures.map(({ group }) => group)).toEqual(['ALL', 'ALL']);
    const pnl = (JSON.parse(best!) as { data: { pnl_pct: number }[] }).data.map(({ pnl_pct }) => pnl_pct);
    expect(pnl).toHaveLength(10);
    expect(pnl).toEqual(pnl.toSorted((a, b) => b - a));
    expect(csv).toBe('');
    const [partition] = await rows('/v1/partitions?symbol=SYNTHETIC_BTCUSDT&interval=1h');
    const lines = readFileSync(join(folder.path, 'btc.csv'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(1 + (partition!.rows as number));
    expect(JSON.parse(explained!)).toMatchObject({
      prediction_id: 'trend-momentum@1:SYNTHETIC_BTCUSDT:1h:1704070799999',
    });
    expect(JSON.parse(job!)).toMatchObject({ kind: 'recompute', status: 'RUNNING' });
  });
});

/** Messages of the compiler on each text, as files at the top of the clone under the settings of the project; one program, since types take long. */
function diagnose(...texts: readonly string[]): string[][] {
  const files = new Map(texts.map((text, i) => [join(ROOT, `example-${i}-of-the-docs.ts`), text]));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  const rootNames = [...files.keys()];
  const program = ts.createProgram({ rootNames, options: { ...options, noEmit: true }, host });
  return rootNames.map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

describe('TypeScript', () => {
  it('holds before the compiler, which knows routes, parameters and answers', () => {
    const text = example('ts');
    const wrong = text.replace("'-pnl_pct'", "'-luck'").replace('pnl_pct } of', 'pnl } of');
    const [found, foundWrong] = diagnose(text, wrong);
    expect(found).toEqual([]);
    expect(foundWrong!.join('\n')).toMatch(/"-luck"' is not assignable.*\n.*'pnl' does not exist/);
  });

  it('prints what the route answers', async () => {
    const { outputText } = ts.transpileModule(example('ts'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const file = join(folder.path, 'example.mjs');
    writeFileSync(file, outputText.replace("'hono/client'", `'${import.meta.resolve('hono/client')}'`));
    const best = await rows('/v1/results?symbol=SYNTHETIC_BTCUSDT&interval=1h&sort=-pnl_pct&limit=10');
    expect(best).toHaveLength(10);
    expect(await run(process.execPath, [file])).toBe(
      best.map(({ prediction_id, pnl_pct }) => `${prediction_id} ${pnl_pct}\n`).join(''),
    );
  });
});

const whyNoPython = lacks('python3', ['-c', 'import pyarrow, requests, duckdb, pandas'])
  ? 'python3 with pyarrow, requests, duckdb and pandas is absent'
  : '';

describe('Arrow', () => {
  it('comes as the Python example asks for it, and DuckDB takes its query', async () => {
    const text = example('python');
    const answer = await fetch(
      `${server.url}/v1/indicators?symbol=SYNTHETIC_BTCUSDT&interval=1h&codes=EMA20,RSI14&limit=1000000`,
      { headers: { Accept: /"Accept": "([^"]+)"/.exec(text)![1]! } },
    );
    const table = tableFromIPC(new Uint8Array(await answer.arrayBuffer()));
    const values = [...table.getChild('RSI14')!].map((value) => value ?? 'NULL').join('), (');
    const name = /^(\w+) = pa\.ipc\.open_stream/m.exec(text)![1]!;
    const query = /duckdb\.sql\("([^"]+)"\)/.exec(text)![1]!;
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`CREATE TABLE "${name}" AS SELECT * FROM (VALUES (${values})) t ("RSI14")`);
    const [[count, mean]] = (await connection.runAndReadAll(query)).getRowsJson() as [[string, number]];
    connection.closeSync();
    expect(Number(count)).toBe(table.numRows);
    expect(mean).toBeGreaterThan(40);
    expect(mean).toBeLessThan(60);
  });

  it.skipIf(whyNoPython !== '')(
    `goes into pandas and DuckDB${whyNoPython && ` (${whyNoPython})`}`,
    async () => {
      const file = join(folder.path, 'example.py');
      writeFileSync(file, example('python'));
      const out = await run('python3', [file]);
      const [partition] = await rows('/v1/partitions?symbol=SYNTHETIC_BTCUSDT&interval=1h');
      // pandas counts the rows with a value, DuckDB all of them.
      expect(out).toMatch(/^count\s/m);
      expect(out).toContain(String(partition!.rows));
    },
  );
});
