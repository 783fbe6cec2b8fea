import type { z } from 'zod';
import type { MetricDocument, StrategyRecord, TierDocument } from '../warehouse/index.js';
import { time, whole } from './format.js';
import type { STRATEGY_LIST_OUTPUT, STRATEGY_SHOW_OUTPUT } from './schemas/strategy.js';
import { table } from './table.js';

/** A strategy under the names of `strategy list --json`. */
export function listedStrategy(
  record: StrategyRecord,
): z.input<typeof STRATEGY_LIST_OUTPUT>['strategies'][number] {
  const { description, symbols, intervals, metrics } = record.document;
  return {
    ...head(record),
    description,
    symbols: [...symbols],
    intervals: [...intervals],
    metrics: metrics.filter((metric) => metric.active).length,
  };
}

/** A strategy under the names of `strategy show --json`. */
export function shownStrategy(record: StrategyRecord): z.input<typeof STRATEGY_SHOW_OUTPUT> {
  // The document is plain data under the names of SPEC 10; only its readonly marks are in the way.
  const document = structuredClone(record.document) as z.input<typeof STRATEGY_SHOW_OUTPUT>['document'];
  return { ...head(record), document };
}

function head({ document, version, isNewest, isEnabled, importedAt, contentHash }: StrategyRecord) {
  return {
    strategy: document.strategy,
    version,
    is_newest: isNewest,
    is_enabled: isEnabled,
    imported_at: importedAt,
    content_hash: contentHash,
  };
}

/** A line a strategy. */
export function strategyListText(records: readonly StrategyRecord[]): string {
  const columns = [
    { head: 'strategy', left: true },
    { head: 'version' },
    { head: 'state', left: true },
    { head: 'metrics' },
    { head: 'symbols', left: true },
    { head: 'intervals', left: true },
    { head: 'imported (UTC)', left: true },
    { head: 'description', left: true },
  ];
  const rows = records.map((record) => {
    const { strategy, symbols, intervals, metrics, description } = record.document;
    const state = record.isNewest ? (record.isEnabled ? 'enabled' : 'disabled') : 'older';
    return [
      strategy,
      whole(record.version),
      state,
      whole(metrics.filter((metric) => metric.active).length),
      symbols.join(' ') || 'every',
      intervals.join(' ') || 'every',
      time(Math.floor(record.importedAt / 60_000) * 60_000),
      description,
    ];
  });
  return table(columns, rows);
}

/** Everything that decides what a strategy does. */
export function strategyText(record: StrategyRecord): string {
  const { strategy, description, symbols, intervals, scoring, risk, metrics } = record.document;
  const { buy, sell } = scoring.confidence;
  const lines = [
    `${strategy}@${record.version}${record.isNewest ? '' : ' (an older version)'}${record.isEnabled ? '' : ', disabled'}`,
    description,
    '',
    `symbols     ${symbols.join(' ') || 'every'}`,
    `intervals   ${intervals.join(' ') || 'every'}`,
    `thresholds  buy ${scoring.buy_threshold}, sell ${scoring.sell_threshold}; smallest edge ${scoring.min_edge}, strong from ${scoring.strong_edge}; max_score ${scoring.max_score ?? 'derived'}`,
    `confidence  buy ${band(buy)}, sell ${band(sell)}`,
    `entry       ${risk.entry === 'close' ? "the signal bar's close" : 'the next open'}; fee ${risk.fee_bps} and slippage ${risk.slippage_bps} basis points a side`,
    `buy         weak ${tier(risk.buy.weak)}; strong ${tier(risk.buy.strong)}`,
    `sell        weak ${tier(risk.sell.weak)}; strong ${tier(risk.sell.strong)}`,
    '',
    table(
      [
        { head: 'metric', left: true },
        { head: 'side', left: true },
        { head: 'group', left: true },
        { head: 'weight' },
        { head: 'true when', left: true },
      ],
      metrics.map((metric) => [
        metric.active ? metric.code : `${metric.code} (inactive)`,
        metric.side,
        metric.group,
        String(metric.weight),
        condition(metric),
      ]),
    ),
  ];
  return lines.join('\n');
}

function band(limits: readonly [number, number] | null): string {
  return limits === null ? 'any' : `${limits[0]} to ${limits[1]}`;
}

function tier({ tp_pct, sl_pct, lookahead }: TierDocument): string {
  return `target ${tp_pct}%, stop ${sl_pct}%, within ${lookahead}`;
}

function condition({ indicator, reference, direction, start, end, window }: MetricDocument): string {
  const y = reference === null ? indicator : `${indicator} - ${reference}`;
  const limits = [start === null ? null : `start ${start}`, end === null ? null : `end ${end}`];
  const over = window === null ? null : `over ${window.size} ${window.unit}`;
  return [y, direction, ...limits, over].filter((part) => part !== null).join(' ');
}
