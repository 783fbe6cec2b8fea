import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { NO_MYSQL, testServer } from '../warehouse/testing/mysql.js';
import { freePort, ownServer } from '../warehouse/testing/own-server.js';
import { consumer, messages, NOW } from './stream.case.js';
import { start, temporaryFolder } from './support/cli.js';
import { BROKERS, describeKafka, filledTopic, ownBroker, topicEnd } from './support/kafka.js';
import { withStrategies } from './support/mysql.js';
import { newWarehouse } from './support/warehouse.js';

// What /readyz and /metrics say while nothing comes and something is away.

/** Looked at every 2 s, waited for over 5 s, and a loaded machine. */
const NOTICED_MS = 20_000;
/** Five to ten seconds were measured. */
const UNANSWERED_MS = 13_000;
/** The client of the broker waits longer and longer. */
const BACK_MS = 60_000;

/** The command, with its health server. */
class Watched {
  readonly #child: ChildProcess;
  #stderr = '';

  constructor(url: string, topic: string, brokers = BROKERS, group: string = randomUUID()) {
    const args = ['stream', '--brokers', brokers, '--topic', topic, '--group', group, '--warehouse', url];
    const own = ['--now', String(NOW), '--prediction-topic', `${topic}.predictions`, '--health-port', '0'];
    this.#child = start([...args, ...own]);
    this.#child.stderr!.on('data', (data) => {
      this.#stderr += String(data);
    });
  }

  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const port = /"port":(\d+)/.exec(this.#stderr)?.[1];
    if (port === undefined) return { status: 0, text: '' };
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Waits for this status of /readyz. */
  async readiness(status: number, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while ((await this.get('/readyz')).status !== status) {
      if (performance.now() > until) throw new Error(`no ${status} within ${withinMs} ms: ${this.#stderr}`);
      await sleep(100);
    }
  }

  /** Messages that wait, by partition. */
  async lag(): Promise<Record<string, number>> {
    const { text } = await this.get('/metrics');
    const found = text.matchAll(/lag_messages\{partition="(\d+)"\} (\d+)/g);
    return Object.fromEntries([...found].map(([, partition, count]) => [partition!, Number(count)]));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describeKafka('what a stream says of itself', () => {
  const folder = temporaryFolder();
  const watched: { kill(signal: NodeJS.Signals): void }[] = [];
  const watch = (...args: ConstructorParameters<typeof Watched>): Watched => {
    const one = new Watched(...args);
    watched.push(one);
    return one;
  };
  afterAll(() => {
    for (const one of watched) one.kill('SIGKILL');
    folder.dispose();
  });

  // They wait most of the time, and each has services of its own.
  it.concurrent('is not ready while the broker is away, and ready again when it is back, with no bar coming', async ({
    expect,
  }) => {
    const own = ownBroker(join(folder.path, 'broker'), [await freePort(), await freePort()]);
    try {
      await own.up();
      const warehouse = await newWarehouse(folder.path, 'idle');
      await warehouse.close();
      const topic = await filledTopic([], { brokers: own.brokers });
      // The broker waits for the session that it knows of before it lets the member join again.
      const stream = consumer({
        url: warehouse.url,
        topic,
        brokers: own.brokers,
        untilEnd: false,
        sessionMs: 6_000,
      });
      watched.push(stream);
      const readiness = (isReady: boolean, timeout: number) =>
        expect.poll(() => stream.isReady, { timeout }).toBe(isReady);
      await readiness(true, BACK_MS);
      own.kill();
      await readiness(false, UNANSWERED_MS);
      await sleep(4_000);
      // The client's attempts in between do not count.
      expect(stream.isReady).toBe(false);
      await own.up();
      await readiness(true, BACK_MS);
    } finally {
      await own.down();
    }
  });

  it.skipIf(NO_MYSQL).concurrent(
    'is not ready while the database hangs or is away, with no bar coming',
    async () => {
      const own = await ownServer(join(folder.path, 'server'));
      const signal = (name: NodeJS.Signals): void => {
        process.kill(Number(readFileSync(join(own.folder, 'mysql.pid'), 'utf8')), name);
      };
      try {
        await own.up();
        await withStrategies(own.url);
        const stream = watch(own.url, await filledTopic([]));
        await stream.readiness(200, BACK_MS);
        signal('SIGSTOP');
        await stream.readiness(503, NOTICED_MS);
        signal('SIGCONT');
        await stream.readiness(200, NOTICED_MS);
        signal('SIGKILL');
        await stream.readiness(503, NOTICED_MS);
        expect((await stream.get('/metrics')).text).toMatch(/waits_total\{what="[\w ]+"\} \d/);
        await own.up();
        await stream.readiness(200, BACK_MS);
      } finally {
        await own.down();
      }
    },
  );

  it.skipIf(NO_MYSQL).concurrent(
    'tells the lag of its own partitions only, and as it is',
    async ({ expect }) => {
      const server = await testServer();
      const url = await server.createDatabase();
      try {
        await withStrategies(url);
        const all = messages(5).slice(0, 600);
        const topic = await filledTopic(
          all.map((message, i) => ({ ...message, partition: i % 3 })),
          { partitions: 3 },
        );
        const group = randomUUID();
        const first = watch(url, topic, BROKERS, group);
        const none = { '0': 0, '1': 0, '2': 0 };
        await expect.poll(() => first.lag(), { timeout: BACK_MS }).toEqual(none);
        const other = watch(url, topic, BROKERS, group);
        await other.readiness(200, BACK_MS);
        await first.readiness(200, BACK_MS);
        await expect
          .poll(async () => Object.keys(await first.lag()).length, { timeout: BACK_MS })
          .toBeLessThan(3);
        await filledTopic(
          messages(6)
            .slice(600, 900)
            .map((message, i) => ({ ...message, partition: i % 3 })),
          { topic },
        );
        expect(await topicEnd(topic)).toBe(900);
        // Each partition is told of by one of them.
        const both = async () =>
          [...Object.entries(await first.lag()), ...Object.entries(await other.lag())].sort();
        await expect.poll(both, { timeout: BACK_MS }).toEqual(Object.entries(none));
      } finally {
        await server.dropAll();
      }
    },
  );
});
