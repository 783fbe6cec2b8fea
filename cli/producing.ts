import type { Logger } from 'pino';
import {
  type FollowOptions,
  instrumentOf,
  type MarketName,
  type KlineProducer as Producer,
  type ReplayRejects,
  type ReplaySource,
  streaming,
  UserError,
} from '../engine/index.js';
import type { CommonOptions, PartitionOptions } from './command.js';
import { counted, duration, rate, whole } from './format.js';
import { type KafkaOptions, kafkaSettings } from './kafka-options.js';
import { withReader } from './open.js';
import { notesTo, print } from './output.js';
import type { PRODUCE_OUTPUT } from './schemas/produce.js';
import { createLog } from './stream/log.js';
import { parseInterval } from './values.js';

const { createKafka, fileSources, liveKlines, pollKlines, produceUntil, replay, warehouseSources } =
  await streaming();

export interface ProduceOptions extends CommonOptions, KafkaOptions, PartitionOptions {
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

/**
 * Sends bars from where the options say, until they end or the signal comes.
 *
 * @throws UserError that names `produce`
 */
export async function produceUntilEnd(signal: AbortSignal, options: ProduceOptions): Promise<void> {
  try {
    await send(signal, options);
  } catch (error) {
    // Files and symbols are checked by code that load and download share.
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message.replace(/^(load|download): /, 'produce: '));
  }
}

async function send(signal: AbortSignal, options: ProduceOptions): Promise<void> {
  const from = [options.replay, options.live, options.poll].filter((way) => way !== undefined);
  if (from.length !== 1)
    throw new UserError('produce: say where the bars come from: one of --replay, --live, --poll');
  const series = options.replay === undefined ? followed(options) : null;
  const log = createLog();
  notesTo((line) => log.warn(line));
  const rejects: ReplayRejects = new Map();
  const startedAt = performance.now();
  const { topic, partitions } = options;
  const left = (error: Error): void => log.warn({ error: error.message }, 'bars may not have been sent');
  const producing = (work: (producer: Producer) => Promise<void>): Promise<number> => {
    const kafka = createKafka(kafkaSettings(options, (level, message, extra) => log[level](extra, message)));
    return produceUntil(kafka, { topic, partitions, signal, left }, work);
  };
  const sent =
    series !== null
      ? await producing((producer) => follow(options, series, producer, signal, log))
      : await withSources(options, rejects, async (sources) => {
          // First: what cannot be read makes no topic.
          const replayed = await replay(sources, options.speed);
          return producing(async (producer) => {
            for await (const bars of replayed) {
              if (signal.aborted) break;
              await producer.send(bars);
            }
          });
        });
  const elapsedMs = performance.now() - startedAt;
  const rejected = Object.fromEntries(rejects);
  const document = { topic: options.topic, sent, rejected, elapsed_ms: elapsedMs };
  await print<typeof PRODUCE_OUTPUT>(options, document, () => {
    const lost = [...rejects].map(([reason, count]) => `${whole(count)} ${reason}`).join(', ');
    const took = `${counted(sent, 'bar')} sent to ${options.topic} in ${duration(elapsedMs)} (${whole(rate(sent, elapsedMs))}/s)`;
    return lost === '' ? took : `${took}\nnot sent: ${lost}`;
  });
}

type Followed = Pick<FollowOptions, 'market' | 'symbols' | 'intervals'>;

/** What --live and --poll are to follow. @throws UserError before anything is made for it */
function followed({ symbol, interval, market }: ProduceOptions): Followed {
  if (symbol === undefined || interval === undefined)
    throw new UserError('produce: --live and --poll need --symbol and --interval');
  const symbols = symbol.split(',');
  for (const one of symbols) instrumentOf(market, one);
  return {
    market,
    symbols,
    intervals: interval.split(',').map((one) => parseInterval(one)),
  };
}

/** The exchange's bars until a signal comes. */
async function follow(
  options: ProduceOptions,
  series: Followed,
  producer: Producer,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  const { since, restUrl, wsUrl } = options;
  const settings: FollowOptions = {
    ...series,
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
    if (keys.length === 0)
      throw new UserError(
        `produce: ${warehouse.url} has no bars of ${symbol ?? 'any symbol'} ${interval ?? 'in any interval'}`,
      );
    return work(warehouseSources(warehouse, keys));
  });
}
