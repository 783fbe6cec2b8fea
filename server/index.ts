export { EXPLANATION } from './api/explanation.js';
export type { AppType } from './app.js';
export {
  DEFAULT_LIMITS,
  type EnginePort,
  type ImportedStrategy,
  type JobOutcome,
  type JobProgress,
  type Limits,
  type MineRequest,
  type RecomputeRequest,
  RefusedError,
  type ServerDeps,
  type StageRow,
} from './deps.js';
export { type Running, type ServeOptions, startServer } from './serve.js';
