export { type AuditOptions, type AuditProblem, type AuditReport, audit } from './audit.js';
export { check } from './check.js';
export { copyWarehouse } from './copy.js';
export { UserError } from './errors.js';
export { type DownloadOptions, download, marketDefaults } from './exchange/download.js';
export { HTTP_DEFAULTS, type HttpSettings } from './exchange/http.js';
export { DUMP_URL, instrumentOf, MARKET_NAMES, type MarketName } from './exchange/market.js';
export { whyUnreachable } from './exchange/reach.js';
export {
  type DownloadProgress,
  type DownloadReport,
  MISSING_REASONS,
  type MissingReason,
  type PartitionReport,
} from './exchange/report.js';
export type { ExplainedTrade, Explanation } from './explain/explanation.js';
export { type BarOf, barAt, parsePredictionId } from './explain/locate.js';
export { explain } from './explain.js';
export { createInlinePool } from './inline-pool.js';
export { durationOf, gridOffset, INTERVAL_NAMES, INTERVALS } from './interval.js';
export { inputArrays } from './kline-arrays.js';
export type { LoadOptions, LoadProgress, LoadReport } from './load/report.js';
export { loadFile, loadFiles, loadSources } from './load.js';
export { MINING_DEFAULTS, type MineOptions, type MineReport, mine } from './mine.js';
export { type FindOptions, findPatterns, MAX_ITEMSETS, type Patterns } from './mining/find.js';
export { type MinedTrades, readMinedTrades } from './mining/trades.js';
export { BLOCK_ROWS, Pipeline } from './pipeline.js';
export type { PartitionPlan, Pass, PlanFilter, Refinement } from './plan.js';
export { createThreadPool, defaultThreads, partitionsUnderWay } from './pool.js';
export { PROGRAM } from './program.js';
export {
  DEFAULT_CHUNK_ROWS,
  plan,
  RECOMPUTE_OPEN,
  type RecomputeOptions,
  type RecomputeReport,
  recompute,
  type TaskReport,
} from './recompute.js';
export type { ChecksumComparison } from './replica/compare.js';
export { type PartitionSyncReport, type SyncOptions, type SyncReport, syncReplica } from './replica/sync.js';
export type { ResampleTask } from './resample/plan.js';
export {
  type ResampleOptions,
  type ResampleReport,
  type ResampleTaskReport,
  resample,
} from './resample.js';
export { resultBatch } from './result-batch.js';
export { type ColumnMap, parseColumnMap } from './source/column-names.js';
export { type ByteSource, openFile, openStream } from './source/file.js';
export { readKlines } from './source/klines.js';
export { UNPACK_LIMITS, type UnpackLimits } from './source/unpack-limits.js';
export { bindMetrics, operandsOf } from './strategy/bind.js';
export { type CompiledMetric, type CompiledStrategy, compileStrategy } from './strategy/compile.js';
export { formatStrategy } from './strategy/format.js';
export { type ParsedStrategy, parseStrategy } from './strategy/parse.js';
export type { DeadLetter, DeadReason } from './stream/dead-letter.js';
export type { FollowOptions } from './stream/followed.js';
export type { KafkaSettings } from './stream/kafka.js';
export type { KlineProducer, OutgoingBar } from './stream/kline-producer.js';
export type { StreamObserver, StreamPoint } from './stream/observer.js';
export type { ReplayRejects, ReplaySource } from './stream/replay.js';
export type { StreamOptions, StreamReport } from './stream/stream-options.js';
export { MESSAGE_VERSION, TOPICS, type Topics } from './stream/topics.js';
export { streaming } from './streaming.js';
export { isSymbol, SYMBOL_FORM } from './symbol.js';
export { SYNTHETIC_DEFAULTS, type SyntheticOptions, syntheticSources } from './synthetic.js';
export type { Carry, ChunkInput, ChunkOutput, ComputePool, PartitionJob } from './task.js';
export { type VerifyOptions, type VerifyProblem, type VerifyReport, verify } from './verify.js';
export { currentVersions, type Versions } from './versions.js';
export { warehouseCatalog } from './warehouse-catalog.js';
