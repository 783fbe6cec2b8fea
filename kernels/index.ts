export { type Bounds, INDICATOR_BOUNDS } from './bounds.js';
export { CATALOG, CODES, catalogRow, codeSpec, kernelVersion, lookback } from './catalog.js';
export { type CatalogRow, type CodeSpec, KLINE_CODES, KLINE_INPUTS, type KlineInput } from './catalog-row.js';
export { CONDITIONS } from './conditions/catalog.js';
export {
  type Condition,
  type ConditionParams,
  DIRECTIONS,
  type Direction,
  FALSE,
  type RunRows,
  type ThresholdUse,
  TRUE,
  UNKNOWN,
} from './conditions/condition.js';
export { difference } from './conditions/difference.js';
export { type ResolvedThresholds, resolveThresholds } from './conditions/thresholds.js';
export { WINDOW_UNITS, type WindowUnit, windowBars } from './conditions/window-bars.js';
export { confirmRows } from './confirm/confirm-rows.js';
export { decideContested } from './confirm/contested.js';
export {
  type Bars,
  RESULT_STATUS,
  type ResultStatus,
  type TierRules,
  type TradeResult,
  type TradeRules,
} from './confirm/rules.js';
export { CONFIRM_VERSION, type EmitResult, TradeBook } from './confirm/trade-book.js';
export type { Kernel, ParamSpec, Params } from './kernel.js';
export { type Bitmaps, wordsOf } from './mining/bitmaps.js';
export {
  type Contrast,
  contrast,
  inSampleCount,
  isEdge,
  type LabelledTrades,
  type SampleFigures,
  type Significance,
  sampleBitmaps,
  sampleFigures,
  significance,
  sliceTrades,
} from './mining/edge.js';
export { type FpGrowthOptions, fpGrowth } from './mining/fp-growth.js';
export { type Itemsets, itemsetOrder } from './mining/itemsets.js';
export {
  type RotationInput,
  type RotationOutput,
  rotateLabels,
  shiftCount,
  testRotations,
} from './mining/rotation.js';
export { type AssociationRules, associationRules } from './mining/rules.js';
export { countItems, minCount, selectTransactions, type Transactions } from './mining/transactions.js';
export {
  type BoundStep,
  bindProgram,
  compileProgram,
  type Program,
  type ProgramStep,
  runProgram,
} from './program.js';
export {
  flushResample,
  RESAMPLE_STATE_SIZE,
  RESAMPLE_VERSION,
  type ResampleGrid,
  type ResampleInput,
  type ResampleOutput,
  resample,
} from './resample/resample.js';
export { newPredictions } from './scoring/columns.js';
export {
  ACTION,
  GROUPS,
  type Group,
  type MetricRule,
  type PredictionColumns,
  REASON,
  SCORE_TOLERANCE,
  type ScoringRules,
  SIDES,
  type Side,
} from './scoring/rules.js';
export { deriveMaxScore, SCORING_VERSION, Scorer } from './scoring/score.js';
export { newColumn, newRows } from './wasm/columns.js';
