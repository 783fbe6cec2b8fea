export { type Comparison, type Decision, type DecisionChange, readComparison } from './analytics/compare.js';
export { type ConfirmedTrades, readConfirmedTrades } from './analytics/confirmed-trades.js';
export { type Counts, FIGURE_NAMES, type FigureName, type Figures } from './analytics/figures.js';
export { type AnalyticsFilter, DEFAULT_ALLOCATION, GROUPINGS, type Grouping } from './analytics/filter.js';
export {
  type EquityDay,
  type Excursion,
  type OfStrategy,
  type RollingWinRates,
  readEquity,
  readExcursions,
  readRolling,
  readStreaks,
  type Streaks,
} from './analytics/groups.js';
export { type MetricContribution, readMetricContribution } from './analytics/metric-contribution.js';
export {
  type Report,
  type ReportRow,
  readFigures,
  readReport,
  type StrategyOverview,
} from './analytics/report.js';
export { SampleShelf } from './analytics/sample-shelf.js';
export type { AnalyticsSession, BatchColumn, Parameters } from './analytics/session.js';
export { readWindowBreach, type WindowBreach } from './analytics/windows.js';
export { builtFile } from './built-file.js';
export { type ColumnArray, type ColumnKind, type ColumnSpec, makeBatch, numbers, values } from './columns.js';
export { encodeArrow } from './encode/arrow.js';
export { type Cell, type CellReader, cellReaders } from './encode/cells.js';
export { encodeCsv } from './encode/csv.js';
export {
  PartitionMovedError,
  WarehouseAccessError,
  WarehouseFailedError,
  WarehouseGoneError,
  WarehouseHeldError,
  WarehouseLostError,
} from './errors.js';
export {
  type LogicalCell,
  type LogicalTable,
  type LogicalValues,
  logicalBatch,
  type NamedValues,
  recordsOf,
  textsOf,
} from './logical.js';
export { makeFolder } from './make-folder.js';
export { resolveMaxScore } from './max-score.js';
export type {
  AssociationPattern,
  EdgePattern,
  EdgeSample,
  MiningParameters,
  MiningRun,
  PatternItemset,
  PatternRule,
} from './mining.js';
export { type OpenOptions, openWarehouse } from './open.js';
export { type BarTask, readBarTasks } from './reads/bar-lineage.js';
export { type CheckLevel, type CheckResult, type CheckRow, readChecks } from './reads/check.js';
export { type OpenPage, openFactPage } from './reads/fact-page.js';
export { factRows } from './reads/fact-rows.js';
export { type GapRow, readGaps } from './reads/gaps.js';
export { readGeneration } from './reads/generation.js';
export { readLoads } from './reads/loads.js';
export { readMiningRuns, readPatternItemsets, readPatternRules } from './reads/mining.js';
export { type Names, readNames } from './reads/names.js';
export type { FactPage, PageOrder } from './reads/page.js';
export { reasonText } from './reads/reason-text.js';
export type { ReadFilter } from './reads/rows.js';
export { readStatus, type StatusRow } from './reads/status.js';
export { whichVersions } from './reads/versions.js';
export {
  DERIVATION_COLUMNS,
  FILTER_REASON,
  indicatorColumns,
  KLINE_COLUMNS,
  PREDICTION_COLUMNS,
  REASON_TEXT,
  RESULT_COLUMNS,
  STATUS_TEXT,
} from './schema/batches.js';
export { GRAIN_QUERIES, PARTITION_TABLES } from './schema/tables.js';
export type { MetricDocument, StrategyDocument, StrategyRecord, TierDocument } from './strategy.js';
export {
  type Advance,
  type BarAppend,
  type Catalog,
  FACT_TABLES,
  type FactTable,
  type Head,
  type KlineChange,
  type KlineGap,
  type KlineReject,
  type KnownChange,
  type LineageBlock,
  type OffsetMove,
  type OutboxPosition,
  type PartitionChecksum,
  type PartitionKey,
  type PartitionState,
  type ResampleHead,
  type RowFilter,
  type RunRecord,
  type ScanOptions,
  type Snapshot,
  type StreamOffset,
  type TableRow,
  type TaskRecord,
  type TimeRange,
  type TradeCheckpoint,
  type Warehouse,
  type WriteSession,
} from './warehouse.js';
export { writeMining } from './write-mining.js';
