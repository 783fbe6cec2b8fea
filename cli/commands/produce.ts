import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import {
  createKafka,
  ensureTopics,
  type FollowOptions,
  fileSources,
  KlineProducer,
  liveKlines,
  MARKET_NAMES,
  type MarketName,
  pollKlines,
  type ReplayRejects,
  type ReplaySource,
  replay,
  TOPICS,
  UserError,
  warehouseSources,
} from '../../engine/index.js';
import { type CommonOptions, common, group, type PartitionOptions } from '../command.js';
import { counted, duration, rate, whole } from '../format.js';
import { untilInterrupted } from '../interruption.js';
import { type KafkaOptions, kafkaOptions, kafkaSettings } from '../kafka-options.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import { PRODUCE_OUTPUT } from '../schemas/produce.js';
import { createLog } from '../stream/log.js';
import { parseInterval, parseTime, wholeNumber } from '../values.js';

interface ProduceOptions extends CommonOptions, KafkaOptions, PartitionOptions {
  readonly replay?: true | string[];
  readonly live?: true;
  readonly poll?: true;
  readonly market: MarketName;
  readonly since?: number;
  readonly restUrl?: string;
  readonly wsUrl?: string;
  readonly speed: number | null;
  readonly partitions: number;
  readonly now?: number;
}

/** `klinemill produce` */
export function produceCommand(): Command {
  const command = kafkaOptions(
    group('produce', 'send klines to Kafka, each series in order (docs/streaming.md)'),
    TOPICS.klines,
  )
    .option('--replay [files...]', 'bars of these files; without files, those of the warehouse')
    .option('--symbol <symbol>', 'only this symbol; of --live and --poll several, with commas')
    .option('--interval <interval>', 'only this interval; of --live and --poll several, with commas')
    .option('--live', 'bars of the exchange as they close, by its event streams')
    .option('--poll', 'the same by its API')
    .addOption(new Option('--market <market>', 'of --live and --poll').choices(MARKET_NAMES).default('spot'))
    .option(
      '--since <time>',
      'first open time of --live and --poll (default: the bar that is open now)',
      parseTime,
    )
    .option('--rest-url <url>', 'base address of the klines API (default: that of the market)')
    .option('--ws-url <url>', 'base address of the event streams (default: that of the market)')
    .addOption(
      new Option('--speed <rate>', 'max, or bars a second').argParser(parseSpeed).default(null, 'max'),
    )
    .addOption(
      new Option('--partitions <n>', 'of the topic, when it is made').argParser(wholeNumber(1)).default(8),
    )
    .addOption(
      new Option('--now <time>', 'bars that close at or after it are not sent').argParser(parseTime),
    );
  return common(command).action(async (options: ProduceOptions) => {
    const from = [options.replay, options.live, options.poll].filter((way) => way !== undefined);
    if (from.length !== 1)
      throw new UserError('produce: say where the bars come from: one of --replay, --live, --poll');
    const log = createLog();
    const rejects: ReplayRejects = new Map();
    const startedAt = performance.now();
    const producing = (work: (producer: KlineProducer, signal: AbortSignal) => Promise<void>) =>
      untilInterrupted(async (signal) => {
        const kafka = createKafka(
          kafkaSettings(options, (level, message, extra) => log[level](extra, message)),
        );
        await ensureTopics(kafka, { [options.topic]: options.partitions });
        const producer = await KlineProducer.connect(kafka, options.topic);
        try {
          await work(producer, signal);
        } finally {
          await producer.close();
        }
        return producer.sent;
      });
    const sent =
      options.replay === undefined
        ? await producing((producer, signal) => follow(options, producer, signal, log))
        : await withSources(options, rejects, (sources) =>
            producing(async (producer, signal) => {
              for await (const bars of replay(sources, options.speed)) {
                if (signal.aborted) break;
                await producer.send(bars);
              }
            }),
          );
    const elapsedMs = performance.now() - startedAt;
    const rejected = Object.fromEntries(rejects);
    const document = { topic: options.topic, sent, rejected, elapsed_ms: elapsedMs };
    await print(options, PRODUCE_OUTPUT, document, () => {
      const lost = [...rejects].map(([reason, count]) => `${whole(count)} ${reason}`).join(', ');
      const took = `${counted(sent, 'bar')} sent to ${options.topic} in ${duration(elapsedMs)} (${whole(rate(sent, elapsedMs))}/s)`;
      return lost === '' ? took : `${took}\nnot sent: ${lost}`;
    });
  });
}

/** The exchange's bars until a signal comes. */
async function follow(
  options: ProduceOptions,
  producer: KlineProducer,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  const { symbol, interval, market, since, restUrl, wsUrl } = options;
  if (symbol === undefined || interval === undefined)
    throw new UserError('produce: --live and --poll need --symbol and --interval');
  const settings: FollowOptions = {
    market,
    symbols: symbol.split(','),
    intervals: interval.split(',').map((one) => parseInterval(one)),
    since: since ?? null,
    restUrl: restUrl ?? null,
    webSocketUrl: wsUrl ?? null,
    now: Date.now,
    signal,
    send: (bars) => producer.send(bars),
    retry: (what, error, waitMs) => log.error({ what, error: error.message, waitMs }, 'trying again'),
  };
  await (options.live === true ? liveKlines(settings) : pollKlines(settings));
}

async function withSources<T>(
  options: ProduceOptions,
  rejects: ReplayRejects,
  work: (sources: readonly ReplaySource[]) => Promise<T>,
): Promise<T> {
  const { symbol, interval, now = Date.now() } = options;
  if (Array.isArray(options.replay))
    return work(await fileSources(options.replay, { symbol, interval }, now, rejects));
  return withReader(options, async (warehouse) => {
    const keys = (await warehouse.partitions()).filter(
      (key) => (symbol ?? key.symbol) === key.symbol && (interval ?? key.interval) === key.interval,
    );
    return work(warehouseSources(warehouse, keys));
  });
}

function parseSpeed(text: string): number | null {
  return text === 'max' ? null : wholeNumber(1)(text);
}
