/** Naive twin of kernels/scoring: SPEC 5 for one bar over plain objects. Shares no code with the kernel. */
export interface NaiveMetric {
  readonly position: number;
  readonly side: 'BUY' | 'SELL' | 'FILTER';
  readonly group: 'TREND' | 'MOMENTUM' | 'VOLATILITY' | 'VOLUME';
  readonly weight: number;
}

export interface NaiveScoring {
  readonly metrics: readonly NaiveMetric[];
  readonly buyThreshold: number;
  readonly sellThreshold: number;
  readonly maxScore: number;
  readonly minEdge: number;
  readonly buyBand: readonly [number, number] | null;
  readonly sellBand: readonly [number, number] | null;
}

export interface NaivePrediction {
  readonly known: readonly number[];
  readonly fired: readonly number[];
  readonly buyScore: number;
  readonly sellScore: number;
  readonly action: 'BUY' | 'SELL' | 'SIDEWAY';
  /** null: tradable; `FILTER:<position>`. */
  readonly reason: string | null;
  readonly isConflict: boolean;
  readonly groups: Readonly<Record<NaiveMetric['group'], number>>;
}

const meets = (value: number, threshold: number): boolean => value - threshold >= -1e-9;

/** @param truth true, false or null for unknown, one a metric */
export function naivePrediction(rules: NaiveScoring, truth: readonly (boolean | null)[]): NaivePrediction {
  const fired = rules.metrics.filter((_, i) => truth[i] === true);
  const sum = (side: string): number =>
    fired.filter((metric) => metric.side === side).reduce((total, metric) => total + metric.weight, 0);
  const groups = { TREND: 0, MOMENTUM: 0, VOLATILITY: 0, VOLUME: 0 };
  for (const metric of fired)
    if (metric.side !== 'FILTER')
      groups[metric.group] += metric.side === 'BUY' ? metric.weight : -metric.weight;
  const buyScore = sum('BUY');
  const sellScore = sum('SELL');
  const isBuy = meets(buyScore, rules.buyThreshold);
  const isSell = meets(sellScore, rules.sellThreshold);
  const action =
    isBuy && buyScore > sellScore + 1e-9 ? 'BUY' : isSell && sellScore > buyScore + 1e-9 ? 'SELL' : 'SIDEWAY';
  const filter = fired.find((metric) => metric.side === 'FILTER');
  const confidence = Math.max(buyScore, sellScore) / rules.maxScore;
  const band = action === 'BUY' ? rules.buyBand : rules.sellBand;
  const safeguards: [boolean, string][] = [
    [truth.includes(null), 'INCOMPLETE'],
    [isBuy && isSell, 'CONFLICT'],
    [action === 'SIDEWAY', 'NO_SIGNAL'],
    [filter !== undefined, `FILTER:${filter?.position}`],
    [!meets(Math.abs(buyScore - sellScore), rules.minEdge), 'WEAK_EDGE'],
    [band !== null && !meets(confidence, band[0]), 'LOW_CONFIDENCE'],
    [band !== null && !meets(band[1], confidence), 'OVER_CONFIDENCE'],
  ];
  return {
    known: rules.metrics.filter((_, i) => truth[i] !== null).map((metric) => metric.position),
    fired: fired.map((metric) => metric.position),
    buyScore,
    sellScore,
    action,
    reason: safeguards.find(([holds]) => holds)?.[1] ?? null,
    isConflict: isBuy && isSell,
    groups,
  };
}
