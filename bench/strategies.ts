import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrategy } from '../engine/index.js';
import type { StrategyRecord } from '../warehouse/index.js';
import { ROOT } from './paths.js';

/**
 * The shipped strategies, made to apply to every symbol and interval, so that every bar has all its facts: 45 codes, the
 * metrics, a prediction and the results of both.
 */
export function benchStrategies(): StrategyRecord[] {
  return ['btc-2h', 'trend-momentum'].map((name, i) => {
    const text = readFileSync(join(ROOT, 'warehouse', 'seed', 'strategies', `${name}.yaml`), 'utf8');
    const { document } = parseStrategy(text);
    return {
      strategyId: i + 1,
      version: 1,
      // Only has to differ from other documents of the same name; there are none.
      contentHash: `bench ${name}`,
      isEnabled: true,
      isNewest: true,
      importedAt: 0,
      document: { ...document, symbols: [], intervals: [] },
    };
  });
}
