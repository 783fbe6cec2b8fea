export { collectEarly } from './heap.js';
export { createKafka, ensureTopics } from './kafka.js';
export { KLINE_MESSAGE, MESSAGE_LIMIT } from './kline-message.js';
export { KlineProducer } from './kline-producer.js';
export { liveKlines } from './live.js';
export { pollKlines } from './poll.js';
export { PREDICTION_MESSAGE } from './prediction-message.js';
export { fileSources, replay, warehouseSources } from './replay.js';
export { stream } from './stream.js';
