import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { StreamObserver } from '../../engine/index.js';

const SECONDS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** Prometheus metrics of a stream, and the observer that moves them. */
export function streamMetrics(): { readonly registry: Registry; readonly observer: StreamObserver } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `klinemill_stream_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[], labelNames: string[] = []) =>
    new Histogram({ name: `klinemill_stream_${name}`, help, buckets, labelNames, registers });

  const messages = counter('messages_total', 'messages taken in');
  const bars = counter('bars_total', 'bars by what became of them', ['outcome']);
  const dead = counter('dead_letters_total', 'messages sent to the dead letters', ['reason']);
  const lost = counter('lost_messages_total', 'messages that had expired before they could be taken in');
  const published = counter('predictions_published_total', 'predictions sent');
  const retries = counter('retries_total', 'failures that were tried again', ['what']);
  const waits = counter('waits_total', 'times that something brought no result for seconds', ['what']);
  const batch = histogram(
    'transaction_messages',
    'messages of a transaction',
    [1, 2, 5, 10, 50, 100, 1e3, 1e4, 1e5],
  );
  const parts = histogram('transaction_seconds', 'time of a transaction by part', SECONDS, ['part']);
  const fromArrival = histogram('latency_from_arrival_seconds', 'from produced to committed', SECONDS);
  const fromClose = histogram(
    'latency_from_close_seconds',
    'from the end of a bar to its facts committed',
    SECONDS,
  );
  const lag = new Gauge({
    name: 'klinemill_stream_lag_messages',
    help: 'messages not taken in yet',
    labelNames: ['partition'],
    registers,
  });
  const ready = new Gauge({ name: 'klinemill_stream_ready', help: '1: messages are taken in', registers });

  const observer: StreamObserver = {
    committed(
      batches,
      { added, revised, duplicates, changes },
      { decodeMs, openMs, computeMs, ledgerMs, commitMs },
    ) {
      const now = Date.now();
      let count = 0;
      for (const { messages: own } of batches) {
        count += own.length;
        for (const { timestamp } of own) fromArrival.observe((now - timestamp) / 1000);
      }
      messages.inc(count);
      batch.observe(count);
      bars.inc({ outcome: 'added' }, added);
      bars.inc({ outcome: 'revised' }, revised);
      bars.inc({ outcome: 'duplicate' }, duplicates);
      for (const { toTime } of changes) fromClose.observe((now - toTime - 1) / 1000);
      const seconds = {
        decode: decodeMs,
        open: openMs,
        compute: computeMs,
        ledger: ledgerMs,
        commit: commitMs,
      };
      for (const [part, ms] of Object.entries(seconds)) parts.observe({ part }, ms / 1000);
    },
    dead: ({ reason }) => dead.inc({ reason }),
    retry: (what) => retries.inc({ what }),
    lost: (_partition, _offset, count) => lost.inc(count),
    waiting: (what) => waits.inc({ what }),
    published: (count) => published.inc(count),
    ready: (isReady) => ready.set(isReady ? 1 : 0),
    lag: (partition, count) => {
      if (count === null) lag.remove({ partition });
      else lag.set({ partition }, count);
    },
  };
  return { registry, observer };
}
