import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { durationOf, loadFiles, recompute } from '../engine/index.js';
import { contentHash } from '../engine/strategy/canonical.js';
import { klineMessage } from '../engine/stream/kline-message.js';
import type { Warehouse } from '../warehouse/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { NO_MYSQL, testServer } from '../warehouse/testing/mysql.js';
import { consumer, linesOf, NOW } from './stream.case.js';
import { temporaryFolder } from './support/cli.js';
import { describeKafka, filledTopic, readTopic } from './support/kafka.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { withStrategies } from './support/mysql.js';
import { checksumLines, newWarehouse } from './support/warehouse.js';

// A strategy that is imported while a stream runs is the one that says something of the next bars (SPEC 9).

const ROWS = 900;
const STRATEGY = 'trend-momentum';
const columns = walkColumns({ seed: 31, rows: ROWS, durationMs: durationOf('1h') });
const bars = Array.from({ length: ROWS }, (_, row) => ({
  key: 'BTCUSDT|1h',
  value: klineMessage(columns, row),
  partition: 0,
}));
const closeTime = (row: number): number => columns[6]![row]!;

/** Imports the next version: another one by its threshold. */
async function importNext(warehouse: Warehouse): Promise<void> {
  const newest = (await warehouse.strategies()).find(
    (one) => one.document.strategy === STRATEGY && one.isNewest,
  );
  const { scoring, ...rest } = newest!.document;
  const document = { ...rest, scoring: { ...scoring, min_edge: scoring.min_edge + 0.25 } };
  await warehouse.importStrategy(document, contentHash(document), 0);
}

/** First and last close_time published, and messages, by version. */
async function published(topic: string): Promise<Record<string, [number, number, number]>> {
  const ids = (await readTopic(`${topic}.predictions`))
    .map(({ value }) => JSON.parse(value!.toString()).prediction_id as string)
    .filter((id) => id.startsWith(STRATEGY));
  const found: Record<string, [number, number, number]> = {};
  for (const id of new Set(ids)) {
    const [version, , , at] = id.slice(STRATEGY.length).split(':') as [string, string, string, string];
    const [first, last, count] = found[version] ?? [Number.POSITIVE_INFINITY, 0, 0];
    found[version] = [Math.min(first, Number(at)), Math.max(last, Number(at)), count + 1];
  }
  return found;
}

describeKafka('a strategy that is imported while a stream runs', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.dispose());

  it.skipIf(NO_MYSQL)(
    'is computed and published from the next bars on, the version before up to them',
    async () => {
      const parts = [0, 400, 800, ROWS]
        .slice(1)
        .map((to, i, all) => [i === 0 ? 0 : all[i - 1]!, to] as const);
      const reference = await newWarehouse(folder.path, 'reference');
      for (const [i, [from, to]] of parts.entries()) {
        if (i > 0) await importNext(reference);
        const path = join(folder.path, `BTCUSDT-1h-part-${i}.csv`);
        writeFileSync(path, csvOf(columns, from, to));
        await loadFiles(reference, [path], { now: NOW });
        await recompute(reference, { threads: 0 });
      }
      const truth = await checksumLines(reference);
      await reference.close();

      const server = await testServer();
      const url = await server.createDatabase();
      try {
        await withStrategies(url);
        const warehouse = await openWarehouse(url);
        const topic = await filledTopic(bars.slice(0, 400), { partitions: 1 });
        const own = { url, topic, group: randomUUID() };
        const running = consumer({ ...own, untilEnd: false });
        await running.taken(400);
        await importNext(warehouse);
        // Strategies are looked at every 2 s.
        await sleep(5_000);
        await filledTopic(bars.slice(400, 800), { topic });
        await running.taken(800);
        running.kill('SIGTERM');
        expect(await running.ended).toMatchObject({ code: 0 });
        // While nothing runs: a start computes it for the bars before, and publishes it from the next one on.
        await importNext(warehouse);
        await filledTopic(bars.slice(800), { topic });
        expect(await consumer(own).ended).toMatchObject({ code: 0 });
        await warehouse.close();

        expect(await linesOf(url)).toEqual(truth);
        const found = await published(topic);
        expect(Object.keys(found).sort()).toEqual(['@1', '@2', '@3']);
        expect(found['@1']![1]).toBe(closeTime(399));
        expect(found['@2']).toEqual([closeTime(400), closeTime(799), 400]);
        expect(found['@3']).toEqual([closeTime(800), closeTime(899), 100]);
      } finally {
        await server.dropAll();
      }
    },
  );
});
