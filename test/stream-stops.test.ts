import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_MYSQL } from '../warehouse/testing/mysql.js';
import { freePort, type OwnServer, ownServer } from '../warehouse/testing/own-server.js';
import { linesOf, messages, NOW } from './stream.case.js';
import { klinemill, start, temporaryFolder } from './support/cli.js';
import {
  BROKERS,
  describeKafka,
  filledTopic,
  NO_KAFKA,
  type OwnBroker,
  ownBroker,
  readTopic,
  topicEnd,
} from './support/kafka.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { withStrategies } from './support/mysql.js';
import { newWarehouse } from './support/warehouse.js';

// SIGTERM in every state of stream and produce: exit 0 within 10 s, and the process is gone. Without one, what is away is waited for.

const folder = temporaryFolder();
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  folder.dispose();
});

/** A command under way. */
class Command {
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string | null>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = start(args, env);
    running.add(this.#child);
    this.#child.stdin!.end();
    this.#child.stdout!.resume();
    this.#child.stderr!.on('data', (data) => {
      this.stderr += String(data);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        running.delete(this.#child);
        resolve(code ?? signal);
      });
    });
  }

  /** Resolves when it has said this on stderr. */
  async said(words: string): Promise<void> {
    await expect.poll(() => this.stderr, { timeout: 60_000 }).toContain(words);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Expects its end by itself. */
  async ends(): Promise<void> {
    expect(await this.#ended, this.stderr).toBe(0);
  }

  /** Sends SIGTERM and expects its end. */
  async stops(): Promise<void> {
    const at = performance.now();
    this.#child.kill('SIGTERM');
    const code = await Promise.race([this.#ended, sleep(40_000, 'still there after 40 s')]);
    expect(code, this.stderr).toBe(0);
    expect(performance.now() - at).toBeLessThan(10_000);
  }
}

interface Where {
  readonly url: string;
  readonly topic: string;
  readonly brokers?: string;
  readonly group?: string;
}

const streamArgs = ({ url, topic, brokers = BROKERS, group = randomUUID() }: Where): string[] => [
  ...['stream', '--brokers', brokers, '--topic', topic, '--group', group, '--warehouse', url],
  ...['--now', String(NOW), '--prediction-topic', `${topic}.predictions`, '--json'],
];

let made = 0;
async function duckDb(): Promise<string> {
  const warehouse = await newWarehouse(folder.path, `stops-${++made}`);
  await warehouse.close();
  return warehouse.url;
}

/** What a stream leaves that nothing has disturbed. */
async function undisturbed(topic: string): Promise<string[]> {
  const url = await duckDb();
  const { code, stderr } = await klinemill([...streamArgs({ url, topic }), '--until-end']);
  expect(code, stderr).toBe(0);
  return linesOf(url);
}

describeKafka('SIGTERM while the broker is away', () => {
  let broker: OwnBroker;

  beforeAll(async () => {
    broker = ownBroker(join(folder.path, 'broker'), [await freePort(), await freePort()]);
    await broker.up();
  });

  afterAll(() => broker.down());

  it('ends stream and produce that were under way, and those that start then; without it produce goes on', async () => {
    const { brokers } = broker;
    const topic = await filledTopic(messages(1).slice(0, 400), { brokers });
    const file = join(folder.path, 'BTCUSDT-1h.csv');
    writeFileSync(file, csvOf(walkColumns({ seed: 5, rows: 5_000, durationMs: 3_600_000 })));
    const others = [await filledTopic([], { brokers }), await filledTopic([], { brokers })];
    const produce = (to: string) =>
      new Command(['produce', '--brokers', brokers, '--topic', to, '--speed', '50', '--replay', file]);
    const stream = async () => new Command(streamArgs({ url: await duckDb(), topic, brokers }));
    const streams = [await stream(), await stream(), await stream()];
    const producers = others.map(produce);
    const short = join(folder.path, 'ETHUSDT-1h.csv');
    writeFileSync(short, csvOf(walkColumns({ seed: 6, rows: 1_000, durationMs: 3_600_000 })));
    const whole = await filledTopic([], { brokers });
    const patient = new Command([
      ...['produce', '--brokers', brokers, '--topic', whole],
      ...['--speed', '100', '--replay', short],
    ]);
    for (const under of streams) await under.said('"ready":true');
    for (const other of [...others, whole])
      await expect.poll(() => topicEnd(other, brokers), { timeout: 60_000 }).toBeGreaterThan(0);
    broker.kill();
    const late = [await stream(), produce(topic)];
    // At each of these moments the client does something else: it has seen nothing, tries again, starts anew.
    const moments: [number, Command][] = [
      [1_000, streams[0]!],
      [1_000, producers[0]!],
      [6_000, streams[1]!],
      [6_000, producers[1]!],
      [12_000, streams[2]!],
    ];
    await Promise.all([
      ...moments.map(async ([waitMs, command]) => {
        await sleep(waitMs);
        await command.stops();
      }),
      ...late.map(async (command) => {
        await command.said('ECONNREFUSED');
        await command.stops();
      }),
    ]);
    await broker.up();
    await patient.ends();
    // A bar that the broker stored just before it was killed comes twice.
    const sent = new Set((await readTopic(whole, brokers)).map(({ value }) => String(value)));
    expect(sent.size).toBe(1_000);
  }, 300_000);
});

describeKafka('SIGTERM while the group waits for a member that is gone', () => {
  it('ends a stream that has not joined yet', async () => {
    const where = { url: await duckDb(), topic: await filledTopic([]), group: randomUUID() };
    const first = new Command(streamArgs(where));
    await first.said('"ready":true');
    await first.kill();
    const second = new Command(streamArgs(where));
    await sleep(5_000);
    expect(second.stderr).not.toContain('"ready":true');
    await second.stops();
  }, 120_000);
});

describe.skipIf(NO_MYSQL || NO_KAFKA)('SIGTERM while MySQL is away', () => {
  let server: OwnServer;

  const pid = (): number => Number(readFileSync(join(server.folder, 'mysql.pid'), 'utf8'));

  beforeAll(async () => {
    server = await ownServer(join(folder.path, 'server'));
    await server.up();
    await withStrategies(server.url);
  });

  afterAll(() => server.down());

  it('ends a stream, whose work the next one goes on with', async () => {
    const topic = await filledTopic(messages(1).slice(0, 3_000));
    const where = { url: server.url, topic };
    const debug = { KLINEMILL_LOG_LEVEL: 'debug' };
    // Killed, in the middle and with nothing to do; hanging.
    const under = new Command(streamArgs(where), debug);
    const idle = new Command(streamArgs({ url: server.url, topic: await filledTopic([]) }));
    await idle.said('"ready":true');
    await under.said('"ready":true');
    process.kill(pid(), 'SIGKILL');
    await sleep(3_000);
    await Promise.all([under.stops(), idle.stops()]);
    await server.up();
    const hung = new Command(streamArgs(where), debug);
    await hung.said('"committed"');
    process.kill(pid(), 'SIGSTOP');
    await sleep(1_000);
    await hung.stops();
    process.kill(pid(), 'SIGCONT');
    const [last, lines] = await Promise.all([
      klinemill([...streamArgs(where), '--until-end']),
      undisturbed(topic),
    ]);
    expect(last.code, last.stderr).toBe(0);
    expect(await linesOf(server.url)).toEqual(lines);
  }, 300_000);
});
