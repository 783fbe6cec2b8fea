import type { BenchCase } from '../case.js';
import { analytics } from './analytics.js';
import { apiCached } from './api-cached.js';
import { apiDownload } from './api-download.js';
import { apiUncached } from './api-uncached.js';
import { complexityBars, complexitySymbols } from './complexity.js';
import { computeChain } from './compute-chain.js';
import { computeScaling } from './compute-scaling.js';
import { conditionsScoring } from './conditions-scoring.js';
import { confirmation } from './confirmation.js';
import { csvLoad } from './csv-load.js';
import { csvLoadCold } from './csv-load-cold.js';
import { duckdbWrite } from './duckdb-write.js';
import { fpGrowthCase } from './fp-growth.js';
import { fpGrowthLarge } from './fp-growth-large.js';
import { kernels } from './kernels.js';
import { kernelsByCode } from './kernels-by-code.js';
import { kernelsTalib } from './kernels-talib.js';
import { memoryLoad } from './memory-load.js';
import { memoryRecompute } from './memory-recompute.js';
import { mysqlBulk } from './mysql-bulk.js';
import { pipeline } from './pipeline.js';
import { replica } from './replica.js';

/** Every benchmark, in the order of the report. A new one is a file and a line here. */
export const CASES: readonly BenchCase[] = [
  kernels,
  kernelsByCode,
  kernelsTalib,
  conditionsScoring,
  confirmation,
  csvLoad,
  csvLoadCold,
  duckdbWrite,
  pipeline,
  computeChain,
  computeScaling,
  complexityBars,
  complexitySymbols,
  memoryRecompute,
  memoryLoad,
  mysqlBulk,
  replica,
  fpGrowthCase,
  fpGrowthLarge,
  analytics,
  apiCached,
  apiUncached,
  apiDownload,
];
