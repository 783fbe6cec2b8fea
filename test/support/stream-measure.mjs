// A consumer of its own process that measures itself: tests start it with one JSON argument and read its last line.
import { paceCollections, stream } from '../../dist/engine/stream/index.js';
import { openWarehouse } from '../../dist/warehouse/index.js';

const { url, brokers, topic, now, publish, untilEnd } = JSON.parse(process.argv[2]);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const warehouse = await openWarehouse(url, { threads: 1, memoryLimit: '128MB' });
const parts = {};
/** Resident memory by messages taken in. */
const memory = [];
/** When it was produced, epoch ms, and from there to committed, ms, of every message of a stream that has no end. */
const latencies = [];
let taken = 0;
let readyAt = 0;
let lastAt = 0;
const report = await stream(warehouse, {
  kafka: { brokers: [brokers], clientId: 'klinemill-measure' },
  topics: { klines: topic, deadLetters: `${topic}.dlq`, predictions: `${topic}.predictions` },
  groupId: topic,
  symbols: null,
  revise: false,
  publish,
  resetOffsets: false,
  untilEnd,
  signal: stop.signal,
  now: now === null ? Date.now : () => now,
  observer: {
    ready(isReady) {
      if (isReady && readyAt === 0) readyAt = performance.now();
    },
    committed(batches, _, own) {
      const at = Date.now();
      lastAt = performance.now();
      // As the command does it.
      paceCollections(batches.reduce((sum, { messages }) => sum + messages.length, 0));
      for (const { messages } of batches) {
        taken += messages.length;
        if (untilEnd) continue;
        for (const { timestamp } of messages) latencies.push([timestamp, at - timestamp]);
      }
      for (const [part, ms] of Object.entries(own)) parts[part] = (parts[part] ?? 0) + ms;
      memory.push([taken, process.memoryUsage.rss()]);
      process.stdout.write(`taken ${taken}\n`);
    },
    retry: (what, error) => process.stderr.write(`retry ${what}: ${error.message}\n`),
  },
});
await warehouse.close();
const measured = { report, elapsedMs: lastAt - readyAt, parts, memory, latencies };
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
