import { type Command, Option } from 'commander';
import type { KafkaSettings } from '../engine/index.js';
import { UserError } from '../engine/index.js';
import { parseTopic } from './values.js';

/** Where the broker is. */
export interface KafkaOptions {
  readonly brokers: string;
  readonly topic: string;
}

/** What commands take that speak with Kafka. */
export function kafkaOptions(command: Command, topic: string): Command {
  return command
    .addOption(
      new Option('--brokers <hosts>', 'HOST:PORT of the brokers, separated by commas')
        .env('KLINEMILL_KAFKA_BROKERS')
        .default('127.0.0.1:9092'),
    )
    .addOption(
      new Option('--topic <name>', 'topic of the klines')
        .env('KLINEMILL_KAFKA_TOPIC')
        .argParser(parseTopic)
        .default(topic),
    );
}

/**
 * Settings of the client; name and password come from the environment only (KLINEMILL_KAFKA_SASL=plain|scram-sha-256|
 * scram-sha-512, KLINEMILL_KAFKA_USERNAME, KLINEMILL_KAFKA_PASSWORD; KLINEMILL_KAFKA_TLS=0|1), so that no list of processes
 * shows them.
 *
 * @throws UserError
 */
export function kafkaSettings(
  { brokers }: KafkaOptions,
  log: NonNullable<KafkaSettings['log']>,
): KafkaSettings {
  const { KLINEMILL_KAFKA_SASL: mechanism, KLINEMILL_KAFKA_TLS: tls = '0' } = process.env;
  // A spelling that is not understood must not send a password in the open.
  if (tls !== '0' && tls !== '1') throw new UserError(`KLINEMILL_KAFKA_TLS: '${tls}' is not one of 0, 1`);
  const base = { brokers: brokers.split(','), clientId: 'klinemill', ssl: tls === '1', log };
  if (mechanism === undefined) return base;
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512')
    throw new UserError(
      `KLINEMILL_KAFKA_SASL: '${mechanism}' is not one of plain, scram-sha-256, scram-sha-512`,
    );
  const username = process.env.KLINEMILL_KAFKA_USERNAME ?? '';
  if (username === '')
    throw new UserError(`KLINEMILL_KAFKA_USERNAME: KLINEMILL_KAFKA_SASL=${mechanism} needs one`);
  const password = process.env.KLINEMILL_KAFKA_PASSWORD ?? '';
  // One member of a union by a value that is a union.
  return { ...base, sasl: { mechanism, username, password } as NonNullable<KafkaSettings['sasl']> };
}
