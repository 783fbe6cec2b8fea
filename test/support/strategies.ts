import { readFileSync } from 'node:fs';
import { parseStrategy } from '../../engine/index.js';
import type { StrategyRecord } from '../../warehouse/index.js';

interface Choices {
  readonly strategyId?: number;
  readonly strategy?: string;
  readonly version?: number;
  readonly indicator?: string;
  readonly symbols?: readonly string[];
  readonly intervals?: readonly string[];
  readonly lookahead?: string;
}

/** A small valid strategy for tests: one BUY and one SELL metric on `indicator`. */
export function strategyRecord(choices: Choices = {}): StrategyRecord {
  const { strategyId = 1, strategy = 'small', version = 1, indicator = 'RSI14' } = choices;
  const tier = { tp_pct: 1, sl_pct: 0.5, lookahead: choices.lookahead ?? '6 BAR' };
  const metric = { description: '', reference: null, window: null, weight: 1, active: true } as const;
  return {
    strategyId,
    version,
    contentHash: `${strategy}@${version}`,
    isEnabled: true,
    isNewest: true,
    importedAt: 0,
    document: {
      strategy,
      description: '',
      symbols: choices.symbols ?? [],
      intervals: choices.intervals ?? [],
      scoring: {
        buy_threshold: 1,
        sell_threshold: 1,
        max_score: null,
        min_edge: 0.5,
        strong_edge: 2,
        confidence: { buy: null, sell: null },
      },
      risk: {
        entry: 'next_open',
        fee_bps: 10,
        slippage_bps: 2,
        buy: { weak: tier, strong: tier },
        sell: { weak: tier, strong: tier },
      },
      metrics: [
        {
          ...metric,
          code: 'UP',
          name: 'up',
          side: 'BUY',
          group: 'MOMENTUM',
          indicator,
          direction: 'ABOVE',
          start: 55,
          end: null,
        },
        {
          ...metric,
          code: 'DOWN',
          name: 'down',
          side: 'SELL',
          group: 'TREND',
          indicator,
          direction: 'BELOW',
          start: null,
          end: 45,
        },
      ],
    },
  };
}

/** The shipped strategies as the warehouse would hold them, applying to every symbol and interval. */
export function shippedStrategies(): StrategyRecord[] {
  return ['btc-2h', 'trend-momentum'].map((name, i) => {
    const file = new URL(`../../warehouse/seed/strategies/${name}.yaml`, import.meta.url);
    const { document, contentHash } = parseStrategy(readFileSync(file, 'utf8'));
    return {
      strategyId: i + 1,
      version: 1,
      contentHash,
      isEnabled: true,
      isNewest: true,
      importedAt: 0,
      document: { ...document, symbols: [], intervals: [] },
    };
  });
}
