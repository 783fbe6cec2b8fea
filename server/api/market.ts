import { z } from '@hono/zod-openapi';
import { parameter } from './parameters.js';
import { listRoute } from './route.js';

const tag = 'Market';
const text = (example: string) => z.string().openapi({ example });
const int = (example: number) => z.int().openapi({ example });
const number = (example: number) => z.number().openapi({ example });
const unknownNumber = (example: number) => z.number().nullable().openapi({ example });

/** symbol and interval, which a series cannot do without. */
const series = { symbol: parameter.symbol(), interval: parameter.interval(), ...parameter.range };

export const symbols = listRoute({
  path: '/v1/symbols',
  operationId: 'listSymbols',
  tag,
  summary: 'Symbols that klines are loaded of',
  row: z.object({ symbol: text('BTCUSDT'), intervals: text('1h;2h'), rows: int(109299) }).openapi('Symbol'),
  filters: {},
  sorts: ['symbol'],
});

export const intervals = listRoute({
  path: '/v1/intervals',
  operationId: 'listIntervals',
  tag,
  summary: 'Intervals that the engine knows, by length',
  row: z.object({ interval: text('1h'), duration_ms: int(3600000) }).openapi('Interval'),
  filters: {},
  sorts: ['duration_ms'],
});

export const partitions = listRoute({
  path: '/v1/partitions',
  operationId: 'listPartitions',
  tag,
  summary: 'What is loaded: a row for each symbol and interval',
  row: z
    .object({
      symbol: text('BTCUSDT'),
      interval: text('1h'),
      rows: int(72866),
      first_close_time: int(1502945999999),
      last_close_time: int(1765580399999),
    })
    .openapi('Partition'),
  filters: { symbol: parameter.symbol().optional(), interval: parameter.interval().optional() },
  sorts: ['symbol'],
});

export const indicatorTypes = listRoute({
  path: '/v1/indicator-types',
  operationId: 'listIndicatorTypes',
  tag,
  summary: 'Indicator codes of the catalog',
  row: z
    .object({
      indicator: text('RSI14'),
      title: text('Relative strength index'),
      kernel: text('rsi'),
      kernel_version: int(1),
      params: z.string().openapi({ description: 'JSON', example: '{"period":14}' }),
      lookback: z.int().openapi({ description: 'rows without a value at the start', example: 14 }),
    })
    .openapi('IndicatorType'),
  filters: {},
  sorts: ['indicator'],
});

export const klines = listRoute({
  path: '/v1/klines',
  operationId: 'listKlines',
  tag,
  summary: 'Klines of one symbol and interval; the range is over close_time',
  row: z
    .object({
      symbol: text('BTCUSDT'),
      interval: text('1h'),
      open_time: int(1704067200000),
      open: number(42283.58),
      high: number(42554.57),
      low: number(42261.02),
      close: number(42475.23),
      volume: number(1271.68),
      close_time: int(1704070799999),
      quote_volume: unknownNumber(53957248.97),
      trade_count: unknownNumber(47134),
      taker_buy_base: unknownNumber(682.57),
      taker_buy_quote: unknownNumber(28957416.81),
    })
    .openapi('Kline'),
  filters: series,
  sorts: ['close_time'],
});

export const indicators = listRoute({
  path: '/v1/indicators',
  operationId: 'listIndicators',
  tag,
  summary: 'Indicators of one symbol and interval side by side: a row a bar, a column a code',
  row: z.looseObject({ close_time: int(1704070799999) }).openapi('IndicatorBar', {
    additionalProperties: { type: ['number', 'null'] },
    example: { close_time: 1704070799999, EMA20: 42391.1, RSI14: 54.2 },
  }),
  filters: { ...series, codes: parameter.codes() },
  sorts: ['close_time'],
});

export const indicatorValues = listRoute({
  path: '/v1/indicator-values',
  operationId: 'listIndicatorValues',
  tag,
  summary:
    'Indicator values of one symbol and interval: a row a code and bar, known values only, code by code',
  row: z
    .object({
      symbol: text('BTCUSDT'),
      interval: text('1h'),
      indicator: text('RSI14'),
      timestamp: int(1704070799999),
      value: number(54.2),
    })
    .openapi('IndicatorValue'),
  filters: { ...series, codes: parameter.codes().optional() },
  sorts: ['indicator'],
});
