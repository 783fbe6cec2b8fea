import { resolveMaxScore } from '../max-score.js';
import { DIM_METRIC } from '../schema/dim-metric.js';
import { DIM_STRATEGY } from '../schema/dim-strategy.js';
import type { MetricDocument, StrategyDocument, StrategyRecord, TierDocument } from '../strategy.js';
import type { TableRow } from '../warehouse.js';
import { text } from './sql.js';
import type { Store } from './store.js';

const TIERS = [
  ['buy', 'weak'],
  ['buy', 'strong'],
  ['sell', 'weak'],
  ['sell', 'strong'],
] as const;

/** All versions, by name and version. */
export async function strategies(store: Store): Promise<StrategyRecord[]> {
  const strategyRows = await store.rows<TableRow>('SELECT * FROM dim_strategy ORDER BY strategy, version');
  const metricRows = await store.rows<TableRow>('SELECT * FROM dim_metric ORDER BY strategy_id, position');
  const newest = new Map(strategyRows.map((row) => [row.strategy, row.version]));
  return strategyRows.map((row) => ({
    strategyId: row.strategy_id as number,
    version: row.version as number,
    contentHash: row.content_hash as string,
    isEnabled: row.is_enabled === 1,
    isNewest: newest.get(row.strategy!) === row.version,
    importedAt: row.imported_at as number,
    document: toDocument(
      row,
      metricRows.filter((metric) => metric.strategy_id === row.strategy_id),
    ),
  }));
}

/** Adds a version unless the newest one has the same hash. */
export async function importStrategy(
  store: Store,
  nextId: () => number | Promise<number>,
  document: StrategyDocument,
  contentHash: string,
  importedAt: number,
): Promise<{ version: number; created: boolean }> {
  const name = document.strategy;
  const found = await store.rows<{
    version: number;
    hash: string;
    enabled: number;
  }>(`SELECT version, content_hash AS hash, is_enabled AS enabled FROM dim_strategy WHERE strategy = ${text(name)}
     ORDER BY version DESC LIMIT 1`);
  const last = found[0];
  if (last?.hash === contentHash) return { version: last.version, created: false };
  const version = (last?.version ?? 0) + 1;
  const strategyId = await nextId();
  // A disabled name stays disabled: only `strategy enable` changes that.
  const facts = { strategyId, version, contentHash, importedAt, isEnabled: last?.enabled ?? 1 };
  await store.insert(DIM_STRATEGY, [strategyRow(document, facts)]);
  await store.insert(
    DIM_METRIC,
    document.metrics.map((metric, position) => metricRow(metric, position, strategyId, name, version)),
  );
  return { version, created: true };
}

/** @throws Error that lists the names when there is no such strategy */
export async function setStrategyEnabled(store: Store, strategy: string, isEnabled: boolean): Promise<void> {
  const changed = await store.run(
    `UPDATE dim_strategy SET is_enabled = ${isEnabled ? 1 : 0} WHERE strategy = ${text(strategy)}`,
  );
  if (changed > 0) return;
  const names = await store.rows<{ strategy: string }>(
    'SELECT DISTINCT strategy FROM dim_strategy ORDER BY strategy',
  );
  const allowed = names.map((row) => row.strategy).join(', ') || 'none: import one first';
  throw new Error(`warehouse: strategy '${strategy}' is not one of ${allowed}`);
}

function strategyRow(
  document: StrategyDocument,
  facts: { strategyId: number; version: number; contentHash: string; importedAt: number; isEnabled: number },
): TableRow {
  const { scoring, risk } = document;
  const row: Record<string, TableRow[string]> = {
    strategy_id: facts.strategyId,
    strategy: document.strategy,
    version: facts.version,
    description: document.description,
    content_hash: facts.contentHash,
    is_enabled: facts.isEnabled,
    imported_at: facts.importedAt,
    symbols: document.symbols.join(';'),
    intervals: document.intervals.join(';'),
    buy_threshold: scoring.buy_threshold,
    sell_threshold: scoring.sell_threshold,
    max_score: scoring.max_score,
    max_score_resolved: resolveMaxScore(document),
    min_edge: scoring.min_edge,
    strong_edge: scoring.strong_edge,
    buy_confidence_min: scoring.confidence.buy?.[0] ?? null,
    buy_confidence_max: scoring.confidence.buy?.[1] ?? null,
    sell_confidence_min: scoring.confidence.sell?.[0] ?? null,
    sell_confidence_max: scoring.confidence.sell?.[1] ?? null,
    entry: risk.entry,
    fee_bps: risk.fee_bps,
    slippage_bps: risk.slippage_bps,
  };
  for (const [side, strength] of TIERS) {
    const tier = risk[side][strength];
    row[`${side}_${strength}_tp_pct`] = tier.tp_pct;
    row[`${side}_${strength}_sl_pct`] = tier.sl_pct;
    row[`${side}_${strength}_lookahead`] = tier.lookahead;
  }
  return row;
}

function metricRow(
  metric: MetricDocument,
  position: number,
  strategyId: number,
  strategy: string,
  version: number,
): TableRow {
  return {
    strategy_id: strategyId,
    position,
    metric_code: metric.code,
    metric_name: metric.name,
    description: metric.description,
    strategy,
    version,
    side: metric.side,
    metric_group: metric.group,
    indicator: metric.indicator,
    reference: metric.reference,
    direction: metric.direction,
    threshold_start: metric.start,
    threshold_end: metric.end,
    window_size: metric.window?.size ?? null,
    window_unit: metric.window?.unit ?? null,
    metric_weight: metric.weight,
    is_active: metric.active ? 1 : 0,
  };
}

function toDocument(row: TableRow, metrics: readonly TableRow[]): StrategyDocument {
  const number = (name: string): number => row[name] as number;
  const list = (name: string): string[] => (row[name] === '' ? [] : (row[name] as string).split(';'));
  const band = (side: string): [number, number] | null =>
    row[`${side}_confidence_min`] === null
      ? null
      : [number(`${side}_confidence_min`), number(`${side}_confidence_max`)];
  const tier = (side: string, strength: string): TierDocument => ({
    tp_pct: number(`${side}_${strength}_tp_pct`),
    sl_pct: number(`${side}_${strength}_sl_pct`),
    lookahead: row[`${side}_${strength}_lookahead`] as string,
  });
  return {
    strategy: row.strategy as string,
    description: row.description as string,
    symbols: list('symbols'),
    intervals: list('intervals'),
    scoring: {
      buy_threshold: number('buy_threshold'),
      sell_threshold: number('sell_threshold'),
      max_score: row.max_score as number | null,
      min_edge: number('min_edge'),
      strong_edge: number('strong_edge'),
      confidence: { buy: band('buy'), sell: band('sell') },
    },
    risk: {
      entry: row.entry as 'next_open' | 'close',
      fee_bps: number('fee_bps'),
      slippage_bps: number('slippage_bps'),
      buy: { weak: tier('buy', 'weak'), strong: tier('buy', 'strong') },
      sell: { weak: tier('sell', 'weak'), strong: tier('sell', 'strong') },
    },
    metrics: metrics.map(toMetric),
  };
}

function toMetric(row: TableRow): MetricDocument {
  return {
    code: row.metric_code as string,
    name: row.metric_name as string,
    description: row.description as string,
    side: row.side as MetricDocument['side'],
    group: row.metric_group as MetricDocument['group'],
    indicator: row.indicator as string,
    reference: row.reference as string | null,
    direction: row.direction as string,
    start: row.threshold_start as number | null,
    end: row.threshold_end as number | null,
    window:
      row.window_size === null
        ? null
        : { size: row.window_size as number, unit: row.window_unit as 'BAR' | 'MINUTE' | 'HOUR' | 'DAY' },
    weight: row.metric_weight as number,
    active: row.is_active === 1,
  };
}
