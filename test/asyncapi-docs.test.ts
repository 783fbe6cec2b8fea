import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { TOPICS } from '../engine/index.js';
import { KLINE_MESSAGE, PREDICTION_MESSAGE } from '../engine/stream/index.js';

// docs/asyncapi.yaml is made from the schemas that the messages are checked with: UPDATE_DOCS=1 writes it.

const PATH = new URL('../docs/asyncapi.yaml', import.meta.url);

function payload(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema) as Record<string, unknown>;
  return rest;
}

const header = (description: string) => ({ type: 'string', description });
const key = { bindings: { kafka: { key: { type: 'string', description: 'SYMBOL|interval' } } } };
const channel = (address: string, message: string) => ({
  address,
  messages: { [message]: { $ref: `#/components/messages/${message}` } },
});

const document = {
  asyncapi: '3.0.0',
  info: { title: 'klinemill', version: '1', description: 'Klines in, predictions out (docs/streaming.md).' },
  defaultContentType: 'application/json',
  channels: {
    klines: channel(TOPICS.klines, 'kline'),
    deadLetters: channel(TOPICS.deadLetters, 'deadLetter'),
    predictions: channel(TOPICS.predictions, 'prediction'),
  },
  operations: {
    takeKlines: { action: 'receive', channel: { $ref: '#/channels/klines' } },
    sendKlines: { action: 'send', channel: { $ref: '#/channels/klines' } },
    sendDeadLetters: { action: 'send', channel: { $ref: '#/channels/deadLetters' } },
    sendPredictions: { action: 'send', channel: { $ref: '#/channels/predictions' } },
  },
  components: {
    messages: {
      kline: {
        summary: 'a closed bar',
        ...key,
        headers: {
          type: 'object',
          properties: {
            source: header('a file, warehouse, websocket, rest'),
            schema: header('version of the form: 1'),
          },
        },
        payload: payload(KLINE_MESSAGE),
      },
      deadLetter: {
        summary: 'a message that was not taken in: key and payload as they came',
        headers: {
          type: 'object',
          properties: {
            reason: header('why'),
            detail: header('in words'),
            topic: header('where it stood'),
            partition: header('where it stood'),
            offset: header('where it stood'),
            bytes: header('length of the payload; more than 524288 are cut'),
          },
        },
        payload: {},
      },
      prediction: {
        summary: 'what a strategy says at a bar; at least once',
        ...key,
        payload: payload(PREDICTION_MESSAGE),
      },
    },
  },
};

it('docs/asyncapi.yaml describes the messages as they are', () => {
  const text = stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PATH, text);
  else expect(readFileSync(PATH, 'utf8')).toBe(text);
});
