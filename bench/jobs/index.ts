import { fillTrades, mineTrades, reportTrades, tallyTrades } from './analytics.js';
import { checkComputed } from './check-chain.js';
import { computeCopies, computePool } from './compute.js';
import { computeOne } from './compute-one.js';
import { checkSets, growPeerSets, growSets } from './fp-growth.js';
import { appendLong } from './long.js';
import { loadMySql, recomputeMySql } from './mysql.js';
import { readCsvFile } from './read-csv.js';
import { syncFile } from './replica.js';
import { batchFiles, checksums, dropTopic, fillTopic, streamTopic } from './stream.js';
import { timeKernels } from './time-kernels.js';
import { countFacts, countIndicatorBars, load, recomputeFile } from './warehouse.js';
import { sumWritten, writeLong, writeWide } from './write.js';

/** What a child process can be asked to do. Arguments and results are plain data. */
export const JOBS = {
  appendLong,
  batchFiles,
  checkComputed,
  checkSets,
  checksums,
  computeCopies,
  computeOne,
  computePool,
  countFacts,
  countIndicatorBars,
  dropTopic,
  fillTopic,
  fillTrades,
  growPeerSets,
  growSets,
  load,
  loadMySql,
  mineTrades,
  readCsvFile,
  recomputeFile,
  recomputeMySql,
  reportTrades,
  streamTopic,
  sumWritten,
  syncFile,
  tallyTrades,
  timeKernels,
  writeLong,
  writeWide,
};

export type JobName = keyof typeof JOBS;
export type JobArgs<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[0];
export type JobResult<Name extends JobName> = Awaited<ReturnType<(typeof JOBS)[Name]>>;
