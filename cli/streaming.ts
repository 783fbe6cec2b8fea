import { type StreamObserver, type StreamOptions, type StreamReport, streaming } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import type { CommonOptions } from './command.js';
import { counted, duration, rate, whole } from './format.js';
import { type KafkaOptions, kafkaSettings } from './kafka-options.js';
import { withLoader } from './open.js';
import { notesTo, print } from './output.js';
import type { STREAM_OUTPUT } from './schemas/stream.js';
import { healthApp, serveHealth } from './stream/health.js';
import { createLog } from './stream/log.js';
import { streamMetrics } from './stream/metrics.js';
import { together } from './stream/together.js';

const { checkStream, paceCollections, stream } = await streaming();

export interface StreamCommandOptions extends CommonOptions, KafkaOptions {
  readonly group: string;
  readonly symbols?: readonly string[];
  readonly revise?: true;
  readonly publish: boolean;
  readonly predictionTopic: string;
  readonly resetOffsets?: true;
  readonly untilEnd?: true;
  readonly healthHost: string;
  readonly healthPort?: number;
  readonly now?: number;
}

/** Takes klines in until the signal comes, or the topic's end with `--until-end`. */
export function streamUntil(signal: AbortSignal, options: StreamCommandOptions): Promise<void> {
  const log = createLog();
  notesTo((line) => log.warn(line));
  const from = sourceOf(options, log);
  // First: a mistake makes no warehouse.
  checkStream(from);
  return withLoader(options, (warehouse) => streamInto(warehouse, options, from, signal, log), signal);
}

/** Broker, topics and group. */
function sourceOf(
  options: StreamCommandOptions,
  log: ReturnType<typeof createLog>,
): Pick<StreamOptions, 'kafka' | 'topics' | 'groupId'> {
  return {
    groupId: options.group,
    kafka: kafkaSettings(options, (level, message, extra) => log[level](extra, message)),
    topics: {
      klines: options.topic,
      deadLetters: `${options.topic}.dlq`,
      predictions: options.predictionTopic,
    },
  };
}

async function streamInto(
  warehouse: Warehouse,
  options: StreamCommandOptions,
  from: ReturnType<typeof sourceOf>,
  signal: AbortSignal,
  log: ReturnType<typeof createLog>,
): Promise<void> {
  const metrics = streamMetrics();
  const readiness = { isReady: false };
  const app = healthApp(metrics.registry, readiness);
  const health =
    options.healthPort === undefined ? null : await serveHealth(app, options.healthHost, options.healthPort);
  if (health !== null) log.info({ port: health.port }, 'health');
  const logging: StreamObserver = {
    ready: (isReady) => {
      if (readiness.isReady !== isReady) log.info({ ready: isReady }, 'ready');
      readiness.isReady = isReady;
    },
    committed: (batches, { added, revised, duplicates, dead }) => {
      const messages = batches.reduce((sum, batch) => sum + batch.messages.length, 0);
      paceCollections(messages);
      log.debug({ messages, added, revised, duplicates, dead: dead.length }, 'committed');
    },
    dead: ({ message: { partition, offset }, reason, detail }) =>
      log.warn({ partition, offset, reason, detail }, 'dead letter'),
    retry: (what, error, waitMs) => log.error({ what, error: error.message, waitMs }, 'trying again'),
    waiting: (what) => log.warn({ what }, 'waiting'),
    lost: (partition, offset, messages) => log.error({ partition, offset, messages }, 'expired, lost'),
    left: (what, error) => log.warn({ what, error: error.message }, 'left to the next run'),
  };
  try {
    const { now } = options;
    const report = await stream(warehouse, {
      ...from,
      symbols: options.symbols === undefined ? null : new Set(options.symbols),
      revise: options.revise === true,
      publish: options.publish,
      resetOffsets: options.resetOffsets === true,
      untilEnd: options.untilEnd === true,
      signal,
      observer: together(logging, metrics.observer),
      now: now === undefined ? Date.now : () => now,
    });
    const document = {
      warehouse: warehouse.url,
      run_id: report.runId,
      messages: report.messages,
      added: report.added,
      revised: report.revised,
      duplicates: report.duplicates,
      computed: report.computed,
      dead_letters: report.dead,
      lost: report.lost,
      transactions: report.transactions,
      published: report.published,
      elapsed_ms: report.elapsedMs,
    };
    await print<typeof STREAM_OUTPUT>(options, document, () => streamText(report));
  } finally {
    await health?.close();
  }
}

function streamText(report: StreamReport): string {
  const { messages, added, revised, duplicates, dead, lost, transactions, published, elapsedMs, runId } =
    report;
  const took = `${counted(messages, 'message')} in ${duration(elapsedMs)} (${whole(rate(messages, elapsedMs))}/s)`;
  const bars = `${counted(added, 'bar')} added, ${whole(revised)} revised, ${whole(duplicates)} known`;
  const expired = lost === 0 ? '' : `, ${counted(lost, 'message')} lost`;
  const rest = `${counted(dead, 'dead letter')}${expired}, ${counted(published, 'prediction')} published`;
  const run = runId === null ? 'no run' : `run ${runId}`;
  return `${run}: ${took} in ${counted(transactions, 'transaction')}: ${bars}; ${rest}`;
}
