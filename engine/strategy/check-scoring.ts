import type { StrategyDocument } from '../../warehouse/index.js';
import type { Problems } from './problems.js';

const KEYS = ['buy_threshold', 'sell_threshold', 'max_score', 'min_edge', 'strong_edge', 'confidence'];
const SCORE = 'a finite number from 0';
const BAND = 'null or [min, max], two finite numbers with min <= max';

/** The part `scoring`, with defaults. */
export function checkScoring(value: unknown, problems: Problems): StrategyDocument['scoring'] {
  const raw = problems.mapping(value, 'scoring', KEYS);
  const score = (key: string, fallback?: number): number =>
    problems.number(raw[key], `scoring.${key}`, SCORE, (n) => n >= 0, fallback);
  const bands =
    raw.confidence === undefined || raw.confidence === null
      ? {}
      : problems.mapping(raw.confidence, 'scoring.confidence', ['buy', 'sell']);
  return {
    buy_threshold: score('buy_threshold'),
    sell_threshold: score('sell_threshold'),
    max_score:
      raw.max_score === undefined || raw.max_score === null
        ? null
        : problems.number(
            raw.max_score,
            'scoring.max_score',
            'null or a finite number above 0',
            (n) => n > 0,
          ),
    min_edge: score('min_edge', 0),
    strong_edge: score('strong_edge'),
    confidence: {
      buy: checkBand(bands.buy, 'scoring.confidence.buy', problems),
      sell: checkBand(bands.sell, 'scoring.confidence.sell', problems),
    },
  };
}

function checkBand(value: unknown, path: string, problems: Problems): readonly [number, number] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.length === 2) {
    const [min, max] = value as unknown[];
    if (Number.isFinite(min) && Number.isFinite(max) && (min as number) <= (max as number))
      return [min as number, max as number];
  }
  problems.add(path, value, BAND);
  return null;
}
