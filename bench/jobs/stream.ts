import { randomUUID } from 'node:crypto';
import { loadFile, recompute, streaming } from '../../engine/index.js';
import { openWarehouse, type Warehouse } from '../../warehouse/index.js';
import { benchStrategies } from '../strategies.js';
import { openFileWarehouse } from './warehouse.js';

/** After every bar of the corpus. */
const NOW = Date.UTC(2030, 0, 1);

/** CSV files of one interval, each the bars of a symbol. */
export interface StreamSources {
  readonly interval: string;
  readonly files: readonly { readonly symbol: string; readonly path: string }[];
}

export interface StreamArgs {
  readonly file: string;
  readonly brokers: string;
  readonly topic: string;
}

/** A new topic with the bars of all sources in the order of their close. @returns how many they are */
export async function fillTopic({
  brokers,
  topic,
  interval,
  files,
}: StreamSources & Omit<StreamArgs, 'file'>): Promise<number> {
  const { createKafka, ensureTopics, fileSources, KlineProducer, replay } = await streaming();
  const kafka = createKafka({ brokers: [brokers], clientId: 'klinemill-bench' });
  await ensureTopics(kafka, { [topic]: files.length });
  const sources = await Promise.all(
    files.map(({ path, symbol }) => fileSources([path], { symbol, interval }, NOW, new Map())),
  );
  const producer = await KlineProducer.connect(kafka, topic);
  for await (const bars of await replay(sources.flat(), null)) await producer.send(bars);
  await producer.close();
  return producer.sent;
}

/** Removes a topic and those that taking it in has made beside it. */
export async function dropTopic({ brokers, topic }: Omit<StreamArgs, 'file'>): Promise<void> {
  const { createKafka } = await streaming();
  const admin = createKafka({ brokers: [brokers], clientId: 'klinemill-bench' }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(topic));
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

/**
 * Takes a filled topic into the file of a warehouse without klines, opened as `klinemill stream` opens it. The clock runs from the group
 * joined to the last transaction committed: joining takes what the broker makes members wait.
 */
export async function streamTopic({ file, brokers, topic }: StreamArgs) {
  await withStrategies(file);
  const { stream } = await streaming();
  const warehouse = await openWarehouse(`duckdb:${file}`, { threads: 1, memoryLimit: '128MB' });
  let readyAt = 0;
  let committedAt = 0;
  const { added, computed, transactions } = await stream(warehouse, {
    kafka: { brokers: [brokers], clientId: 'klinemill-bench' },
    topics: { klines: topic, deadLetters: `${topic}.dlq`, predictions: `${topic}.predictions` },
    groupId: randomUUID(),
    symbols: null,
    revise: false,
    publish: false,
    resetOffsets: false,
    untilEnd: true,
    signal: new AbortController().signal,
    now: () => NOW,
    observer: {
      ready: (isReady) => {
        if (isReady && readyAt === 0) readyAt = performance.now();
      },
      committed: () => {
        committedAt = performance.now();
      },
    },
  });
  await warehouse.close();
  return { elapsedMs: committedAt - readyAt, added, computed, transactions };
}

/** The same bars by `load` and `recompute` into such a file. */
export async function batchFiles({ file, interval, files }: StreamSources & { readonly file: string }) {
  await withStrategies(file);
  const warehouse = await openWarehouse(`duckdb:${file}`, { threads: 1 });
  const start = performance.now();
  let added = 0;
  for (const { path, symbol } of files)
    added += (await loadFile(warehouse, path, { symbol, interval, now: NOW })).added;
  await recompute(warehouse, { threads: 1 });
  const elapsedMs = performance.now() - start;
  await warehouse.close();
  return { elapsedMs, added };
}

/** The checksums of SPEC 9, a line a partition and table. */
export async function checksums({ file }: { readonly file: string }): Promise<string[]> {
  const warehouse = await openWarehouse(`duckdb:${file}`);
  const lines: string[] = [];
  for await (const { table, strategy, symbol, interval, rows, checksum } of warehouse.checksums({}))
    lines.push([table, strategy, symbol, interval, rows, checksum].join(' '));
  await warehouse.close();
  return lines.sort();
}

async function withStrategies(file: string): Promise<void> {
  const warehouse: Warehouse = await openFileWarehouse(file);
  for (const { document, contentHash } of benchStrategies())
    await warehouse.importStrategy(document, contentHash, NOW);
  await warehouse.close();
}
