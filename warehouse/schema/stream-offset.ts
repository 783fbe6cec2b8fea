// Grain: topic, kafka_partition (one row a partition of a topic that was consumed).
import { column, type TableSpec } from './table.js';

export const STREAM_OFFSET: TableSpec = {
  name: 'stream_offset',
  comment: 'how far a Kafka partition is taken in: moved in the transaction of its bars',
  grain: ['topic', 'kafka_partition'],
  isKeyed: true,
  columns: [
    column('topic', 'text', 'name of the topic'),
    column('kafka_partition', 'count', 'its partition'),
    column('next_offset', 'count', 'offset of the first message that is not taken in'),
  ],
};
