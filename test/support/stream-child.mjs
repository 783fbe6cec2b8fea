// A consumer of its own process, which can end like a crash at a named point: tests start it with one JSON argument. Plain
// JavaScript over the built engine, since Node 20 runs no TypeScript.
import { stream } from '../../dist/engine/stream/index.js';
import { openWarehouse } from '../../dist/warehouse/index.js';

const { url, brokers, topic, group, now, point, nth, ...options } = JSON.parse(process.argv[2]);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const warehouse = await openWarehouse(url);
let reached = 0;
let taken = 0;
const report = await stream(warehouse, {
  kafka: { brokers: [brokers], clientId: 'klinemill-test' },
  topics: { klines: topic, deadLetters: `${topic}.dlq`, predictions: `${topic}.predictions` },
  groupId: group,
  symbols: null,
  revise: false,
  publish: true,
  resetOffsets: false,
  untilEnd: true,
  ...options,
  signal: stop.signal,
  now: () => now,
  observer: {
    reached(at) {
      if (at === point && ++reached === nth) process.kill(process.pid, 'SIGKILL');
    },
    committed(batches) {
      for (const { messages } of batches) taken += messages.length;
      process.stdout.write(`taken ${taken}\n`);
    },
    ready: (isReady) => process.stdout.write(`ready ${isReady}\n`),
    retry: (what, error) => process.stderr.write(`retry ${what}: ${error.message}\n`),
  },
});
await warehouse.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
