import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { klineMessage } from '../engine/stream/kline-message.js';
import { messages } from './stream.case.js';
import { klinemill, start, temporaryFolder } from './support/cli.js';
import { BROKERS, describeKafka, filledTopic, kafka } from './support/kafka.js';
import { walkColumns } from './support/market.js';
import { newWarehouse } from './support/warehouse.js';

// What the commands say to mistakes, and what they leave behind.

const folder = temporaryFolder();
const empty = join(folder.path, 'empty.duckdb');
afterAll(() => folder.dispose());
beforeAll(async () => {
  await (await newWarehouse(folder.path, 'empty')).close();
});

describe('mistakes end with 2 before a broker is asked', () => {
  const nowhere = ['--brokers', '127.0.0.1:1', '--warehouse', `duckdb:${empty}`];

  it.each([
    [['stream', '--health-port', '99999'], "'99999' is invalid. It is no port"],
    [['stream', '--topic', 'a/b'], "'a/b' is invalid. It is no topic"],
    [['produce', '--replay', '--topic', 'a b'], "'a b' is invalid. It is no topic"],
    [['stream', '--prediction-topic', '..'], "'..' is invalid. It is no topic"],
    [['stream', '--prediction-topic', 'market.kline.v1'], "'market.kline.v1' is two of them"],
    [['stream', '--topic', 'a', '--prediction-topic', 'a.dlq'], "'a.dlq' is two of them"],
    [['stream', '--group', ''], "stream: group '' is no name"],
    [['stream', '--symbols', 'BTCUSDT,,ETHUSDT'], "'' is no symbol"],
    [['stream', '--brokers', '127.0.0.1:70000'], "'127.0.0.1:70000' is not HOST:PORT"],
    [['produce', '--live', '--interval', '1h'], 'produce: --live and --poll need --symbol'],
    [['produce', '--poll', '--symbol', 'a b', '--interval', '1h'], "produce: symbol 'a b' is not"],
    [
      ['produce', '--replay', 'nameless.csv'],
      "produce: the name 'nameless.csv' does not say symbol and interval",
    ],
    [['produce', '--replay', 'BTCUSDT-1h.csv'], "produce: there is no file 'BTCUSDT-1h.csv'"],
    [['produce', '--replay', '--symbol', 'NOPE'], 'has no bars of NOPE'],
  ])('%j', async ([command, ...args], said) => {
    const { code, stderr } = await klinemill([command!, ...nowhere, ...args!]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each<[Record<string, string>, string]>([
    [{ KLINEMILL_LOG_LEVEL: 'foo' }, "KLINEMILL_LOG_LEVEL: 'foo' is not one of"],
    [{ KLINEMILL_LOG_LEVEL: '' }, "KLINEMILL_LOG_LEVEL: '' is not one of"],
    [{ KLINEMILL_KAFKA_TLS: 'true' }, "KLINEMILL_KAFKA_TLS: 'true' is not one of 0, 1"],
    [{ KLINEMILL_KAFKA_SASL: 'ldap' }, "KLINEMILL_KAFKA_SASL: 'ldap' is not one of"],
    [{ KLINEMILL_KAFKA_SASL: 'plain' }, 'KLINEMILL_KAFKA_USERNAME: KLINEMILL_KAFKA_SASL=plain needs one'],
  ])('%j', async (environment, said) => {
    const made = join(folder.path, 'made.duckdb');
    const child = start(['stream', '--brokers', '127.0.0.1:1', '--warehouse', `duckdb:${made}`], environment);
    let stderr = '';
    child.stderr!.on('data', (data) => {
      stderr += String(data);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(existsSync(made)).toBe(false);
  });
});

describeKafka('with a broker', () => {
  const topics = async (): Promise<string[]> => {
    const admin = kafka(BROKERS).admin();
    await admin.connect();
    const found = await admin.listTopics();
    await admin.disconnect();
    return found;
  };

  it('a topic that is not there leaves none behind', async () => {
    const topic = `none-${randomUUID()}`;
    const args = ['--brokers', BROKERS, '--topic', topic, '--prediction-topic', `${topic}.predictions`];
    const { code, stderr } = await klinemill(['stream', ...args, '--warehouse', `duckdb:${empty}`]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`there is no topic '${topic}'`)]);
    expect((await topics()).filter((name) => name.startsWith(topic))).toEqual([]);
  });

  it('a DuckDB that lacks the memory for a transaction ends the stream with 1, and nothing is lost', {
    timeout: 120_000,
  }, async () => {
    const rows = 9_000;
    const columns = walkColumns({ seed: 1, rows, durationMs: 900_000 });
    const bars = Array.from({ length: rows }, (_, row) => klineMessage(columns, row));
    const topic = await filledTopic(bars.map((value) => ({ key: 'BTCUSDT|15m', value })));
    const path = join(folder.path, 'small.duckdb');
    const run = (...more: string[]) =>
      klinemill([
        'stream',
        ...['--brokers', BROKERS, '--topic', topic, '--prediction-topic', `${topic}.predictions`],
        ...['--group', topic, '--warehouse', `duckdb:${path}`, '--until-end', '--json', ...more],
      ]);
    const { code, stderr } = await run('--memory-limit', '12MB');
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(
      /small\.duckdb lacks memory, nothing of this transaction was written: .*; start again, with more/,
    );
    const again = await run();
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ messages: rows, added: rows });
    expect((await klinemill(['verify', '--warehouse', `duckdb:${path}`])).code).toBe(0);
  });

  it('thousands of conflicts in one transaction are buried within the default memory', async () => {
    const rows = 3_000;
    const columns = walkColumns({ seed: 1, rows, durationMs: 900_000 });
    // Volume is the sixth of a kline's columns.
    const others = columns.map((column, i) => (i === 5 ? column.map((value) => value + 1) : column));
    const values = [columns, others].flatMap((own) =>
      Array.from({ length: rows }, (_, row) => klineMessage(own, row)),
    );
    const topic = await filledTopic(values.map((value) => ({ key: 'BTCUSDT|15m', value })));
    const { code, stdout, stderr } = await klinemill([
      'stream',
      ...['--brokers', BROKERS, '--topic', topic, '--prediction-topic', `${topic}.predictions`],
      ...['--group', topic, '--warehouse', `duckdb:${join(folder.path, 'conflicts.duckdb')}`],
      ...['--until-end', '--json'],
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ messages: 2 * rows, added: rows, dead_letters: rows });
  });

  it('stderr is JSON lines, and blanks around symbols do not count', async () => {
    const topic = await filledTopic(messages(1).slice(0, 200));
    const args = ['--brokers', BROKERS, '--topic', topic, '--prediction-topic', `${topic}.predictions`];
    // A new file: what is said of its schema is a note.
    const own = [
      '--group',
      topic,
      '--warehouse',
      `duckdb:${join(folder.path, 'new.duckdb')}`,
      '--until-end',
      '--json',
    ];
    const { code, stdout, stderr } = await klinemill([
      'stream',
      ...args,
      ...own,
      '--symbols',
      'BTCUSDT, ETHUSDT',
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ messages: 200, dead_letters: 0 });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg as string);
    expect(lines.some((line) => line.includes('brought to schema'))).toBe(true);
  });
});
