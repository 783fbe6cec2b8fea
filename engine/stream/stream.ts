import type { Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { recompute } from '../recompute.js';
import { currentVersions } from '../versions.js';
import { LoadedPartitions, type StreamContext } from './context.js';
import { checkBrokers, createKafka, createProducer, ensureTopics } from './kafka.js';
import { OpenEnds } from './open-ends.js';
import { Outbox } from './outbox.js';
import { RunningStream } from './running-stream.js';
import { connected, LastCall, unlessAborted } from './stopping.js';
import { noCounts, type StreamOptions, type StreamReport } from './stream-options.js';
import { topicEnds } from './topic-ends.js';
import { checkTopics } from './topics.js';

/** What is not done so long after the signal, with a broker or a database away, is left to the next run. */
const STOP_PATIENCE_MS = 6_000;

/** @throws UserError for what cannot be, before a broker is asked or anything is made */
export function checkStream({
  kafka,
  topics,
  groupId,
}: Pick<StreamOptions, 'kafka' | 'topics' | 'groupId'>): void {
  checkBrokers(kafka.brokers);
  if (groupId.trim() === '') throw new UserError("stream: group '' is no name of a consumer group");
  checkTopics(topics);
}

/**
 * Takes the klines of a topic into the warehouse, with every fact of them, until `signal` ends it: then it resolves within
 * seconds, whatever is away. A connection or a transaction that gave no answer by then is left open for the process to end.
 *
 * @throws UserError for options that cannot be, or when the stored offsets are not the topic's; what the broker throws when it cannot be reached at all
 */
export async function stream(warehouse: Warehouse, options: StreamOptions): Promise<StreamReport> {
  const { signal, observer } = options;
  checkStream(options);
  const startedAt = performance.now();
  const lastCall = new LastCall(signal, STOP_PATIENCE_MS);
  let running: RunningStream | null = null;
  try {
    running = await begin(warehouse, options, lastCall);
    await unlessAborted(running.start(), signal);
    await running.ended;
    if (running.failure !== null) throw running.failure;
  } catch (error) {
    if (!signal.aborted) {
      // Of two errors the first says why.
      await running?.abandon(error as Error).catch(() => {});
      throw error;
    }
  }
  const report = (await running?.stop()) ?? { ...noCounts(), runId: null };
  observer.ready?.(false);
  return { ...report, elapsedMs: performance.now() - startedAt };
}

/** Everything up to the consumer's start, unless the signal comes meanwhile. @throws the signal's reason then */
async function begin(
  warehouse: Warehouse,
  options: StreamOptions,
  lastCall: LastCall,
): Promise<RunningStream> {
  const { topics, now, signal } = options;
  const kafka = createKafka(options.kafka);
  // First: a topic that is not there leaves none behind.
  const ends = await unlessAborted(topicEnds(kafka, warehouse, topics, options.resetOffsets), signal);
  await unlessAborted(ensureTopics(kafka, { [topics.deadLetters]: 1, [topics.predictions]: 4 }), signal);
  const versions = currentVersions();
  // What was left half-way by a batch, an older program or a crash.
  const onBars = (): void => signal.throwIfAborted();
  await unlessAborted(recompute(warehouse, { threads: 0, versions, now, onBars }), signal);
  const loaded = new LoadedPartitions();
  for (const key of await unlessAborted(warehouse.partitions(), signal)) loaded.add(key);
  const outbox = options.publish ? await unlessAborted(Outbox.open(warehouse), signal) : null;
  const open = new OpenEnds(warehouse, topics.klines, ends);
  await unlessAborted(open.look(), signal);
  const producer = createProducer(kafka);
  await connected(producer, signal);
  const runId = await unlessAborted(warehouse.startRun('stream', topics.klines, now()), signal);
  const context: StreamContext = { warehouse, versions, runId, now, loaded };
  return new RunningStream(kafka, producer, context, options, lastCall, outbox, open, ends.size);
}
