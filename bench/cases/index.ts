import type { BenchCase } from '../case.js';
import { analytics } from './analytics.js';
import { apiCached } from './api-cached.js';
import { apiDownload } from './api-download.js';
import { apiUncached } from './api-uncached.js';
import { complexityBars, complexitySymbols } from './complexity.js';
import { computeChain } from './compute-chain.js';
import { computeScaling } from './compute-scaling.js';
import { conditions } from './conditions.js';
import { conditionsScoring } from './conditions-scoring.js';
import { confirmation } from './confirmation.js';
import { csvLoad } from './csv-load.js';
import { csvLoadCold } from './csv-load-cold.js';
import { csvParse } from './csv-parse.js';
import { duckdbWrite } from './duckdb-write.js';
import { fpGrowthCase } from './fp-growth.js';
import { fpGrowthLarge } from './fp-growth-large.js';
import { kernels } from './kernels.js';
import { kernelsByCode } from './kernels-by-code.js';
import { ixjb94ByCode, kernelsIxjb94 } from './kernels-ixjb94.js';
import { kernelsNaive } from './kernels-naive.js';
import { kernelsShapes } from './kernels-shapes.js';
import { kernelsSql } from './kernels-sql.js';
import { kernelsTalib } from './kernels-talib.js';
import { kernelsTalibAddon } from './kernels-talib-addon.js';
import { kernelsTradingSignals, tradingSignalsByCode } from './kernels-trading-signals.js';
import { memoryLoad } from './memory-load.js';
import { memoryRecompute } from './memory-recompute.js';
import { mysqlBulk } from './mysql-bulk.js';
import { pipeline } from './pipeline.js';
import { poolTransfer } from './pool-transfer.js';
import { replica } from './replica.js';
import { stream } from './stream.js';

/** Every benchmark, in the order of the report. A new one is a file and a line here. */
export const CASES: readonly BenchCase[] = [
  kernels,
  kernelsByCode,
  kernelsShapes,
  kernelsTradingSignals,
  tradingSignalsByCode,
  kernelsIxjb94,
  ixjb94ByCode,
  kernelsNaive,
  kernelsTalib,
  kernelsTalibAddon,
  conditions,
  conditionsScoring,
  confirmation,
  // The first that opens DuckDB in this process: after what is timed in nanoseconds.
  kernelsSql,
  csvParse,
  csvLoad,
  csvLoadCold,
  duckdbWrite,
  pipeline,
  computeChain,
  computeScaling,
  poolTransfer,
  complexityBars,
  complexitySymbols,
  memoryRecompute,
  memoryLoad,
  mysqlBulk,
  replica,
  stream,
  fpGrowthCase,
  fpGrowthLarge,
  analytics,
  apiCached,
  apiUncached,
  apiDownload,
];
