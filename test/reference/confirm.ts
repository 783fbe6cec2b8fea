/**
 * Naive twin of kernels/confirm: SPEC 6 for one trade by scanning all bars as plain objects. Shares no code with the
 * kernel.
 */
export interface NaiveBar {
  readonly closeTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface NaiveTier {
  readonly tpPct: number;
  readonly slPct: number;
  readonly lookaheadMs: number;
}

export interface NaiveTrade {
  readonly predictingAt: number;
  readonly side: 'BUY' | 'SELL';
  readonly isStrong: boolean;
  readonly tier: NaiveTier;
  readonly entryAtClose: boolean;
  readonly feeBps: number;
  readonly slippageBps: number;
  readonly durationMs: number;
}

export interface NaiveResult {
  readonly status: 'WIN' | 'LOSS' | 'EXPIRED';
  readonly entryPrice: number;
  readonly tpPrice: number;
  readonly slPrice: number;
  readonly exitPrice: number;
  readonly confirmedAt: number;
  readonly grossPct: number;
  readonly pnlPct: number;
  readonly maxReturnPct: number;
  readonly minReturnPct: number;
  readonly isContested: boolean;
  readonly isAmbiguous: boolean;
  readonly hasGap: boolean;
}

/**
 * @param finer bars of a finer interval that cover a bar, null when there are none
 * @returns the result, `open` while the window is incomplete, `unfilled` when it was complete without a bar
 */
export function naiveResult(
  trade: NaiveTrade,
  bars: readonly NaiveBar[],
  finer: (exitBar: NaiveBar) => readonly NaiveBar[] | null = () => null,
): NaiveResult | 'open' | 'unfilled' {
  const { tier, side } = trade;
  const end = trade.predictingAt + tier.lookaheadMs;
  const window = bars.filter((bar) => bar.closeTime > trade.predictingAt && bar.closeTime <= end);
  const isComplete = bars.some((bar) => bar.closeTime >= end);
  if (window.length === 0) return isComplete ? 'unfilled' : 'open';
  const signal = bars.find((bar) => bar.closeTime === trade.predictingAt)!;
  const entry = trade.entryAtClose ? signal.close : window[0]!.open;
  const up = side === 'BUY' ? 1 : -1;
  const tpPrice = entry * (1 + (up * tier.tpPct) / 100);
  const slPrice = entry * (1 - (up * tier.slPct) / 100);
  const gross = (price: number): number => (side === 'BUY' ? price / entry - 1 : 1 - price / entry) * 100;
  const winsAt = (price: number): boolean => (side === 'BUY' ? price >= tpPrice : price <= tpPrice);
  const losesAt = (price: number): boolean => (side === 'BUY' ? price <= slPrice : price >= slPrice);

  const look = (bar: NaiveBar): { status: 'WIN' | 'LOSS'; price: number } | 'both' | null => {
    if (losesAt(bar.open)) return { status: 'LOSS', price: bar.open };
    if (winsAt(bar.open)) return { status: 'WIN', price: bar.open };
    const loses = losesAt(side === 'BUY' ? bar.low : bar.high);
    const wins = winsAt(side === 'BUY' ? bar.high : bar.low);
    if (loses && wins) return 'both';
    if (loses) return { status: 'LOSS', price: slPrice };
    return wins ? { status: 'WIN', price: tpPrice } : null;
  };
  const firstLook = (list: readonly NaiveBar[]) =>
    list.map((bar) => ({ bar, exit: look(bar) })).find(({ exit }) => exit !== null);

  const found = firstLook(window);
  if (found === undefined && !isComplete) return 'open';
  const exitBar = found?.bar ?? window.at(-1)!;
  const isContested = found?.exit === 'both';
  const finest = isContested ? (firstLook(finer(exitBar) ?? [])?.exit ?? 'both') : (found?.exit ?? null);
  const isAmbiguous = finest === 'both';
  const exit =
    finest === null
      ? { status: 'EXPIRED' as const, price: exitBar.close }
      : finest === 'both'
        ? { status: 'LOSS' as const, price: slPrice }
        : finest;

  const before = window.filter((bar) => bar.closeTime < exitBar.closeTime);
  const prices = [
    ...before.flatMap((bar) => [bar.high, bar.low]),
    exitBar.open,
    exit.price,
    ...(exit.status === 'EXPIRED' ? [exitBar.high, exitBar.low] : []),
  ];
  const returns = [0, ...prices.map(gross)];
  const present = new Set(bars.map((bar) => bar.closeTime));
  let hasGap = false;
  const lastDue = exit.status === 'EXPIRED' ? end : exitBar.closeTime;
  for (let due = trade.predictingAt + trade.durationMs; due <= lastDue; due += trade.durationMs)
    if (!present.has(due)) hasGap = true;
  return {
    status: exit.status,
    entryPrice: entry,
    tpPrice,
    slPrice,
    exitPrice: exit.price,
    confirmedAt: exitBar.closeTime,
    grossPct: gross(exit.price),
    pnlPct: gross(exit.price) - (2 * (trade.feeBps + trade.slippageBps)) / 100,
    maxReturnPct: Math.max(...returns),
    minReturnPct: Math.min(...returns),
    isContested,
    isAmbiguous,
    hasGap,
  };
}
