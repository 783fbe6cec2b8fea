import { expect, it } from 'vitest';
import { dumpOf, instrumentOf } from './market.js';

// Names and paths as the exchange's public data collection has them (binance-public-data, README).

const AT = Date.UTC(2024, 0, 31, 23, 59);

it.each([
  ['spot', 'btcusdt', 'BTCUSDT', 'BTCUSDT', 'data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip'],
  [
    'um',
    'FILUSDT',
    'FILUSDT',
    'FILUSDT_PERP',
    'data/futures/um/monthly/klines/FILUSDT/1h/FILUSDT-1h-2024-01.zip',
  ],
  [
    'um',
    'FILUSDT_PERP',
    'FILUSDT',
    'FILUSDT_PERP',
    'data/futures/um/monthly/klines/FILUSDT/1h/FILUSDT-1h-2024-01.zip',
  ],
  [
    'um',
    'BTCUSDT_240628',
    'BTCUSDT_240628',
    'BTCUSDT_240628',
    'data/futures/um/monthly/klines/BTCUSDT_240628/1h/BTCUSDT_240628-1h-2024-01.zip',
  ],
  [
    'cm',
    'BTCUSD',
    'BTCUSD_PERP',
    'BTCUSD_PERP',
    'data/futures/cm/monthly/klines/BTCUSD_PERP/1h/BTCUSD_PERP-1h-2024-01.zip',
  ],
] as const)('%s %s', (market, given, exchangeSymbol, symbol, path) => {
  const instrument = instrumentOf(market, given);
  expect(instrument).toEqual({ market, exchangeSymbol, symbol });
  expect(dumpOf(instrument, '1h', 'monthly', AT).path).toBe(path);
});

it('days have their date in the name', () => {
  expect(dumpOf(instrumentOf('spot', 'BTCUSDT'), '1m', 'daily', AT)).toEqual({
    path: 'data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-31.zip',
    fileName: 'BTCUSDT-1m-2024-01-31.zip',
  });
});

it.each(['', '..', '../BTC', 'BTC/USDT', 'BTC-USDT', 'BTC?x=1', 'BTC%2f', 'A B'])(
  'refuses the symbol %j',
  (text) => {
    expect(() => instrumentOf('spot', text)).toThrow(/^download: symbol '.*' is not /);
  },
);
