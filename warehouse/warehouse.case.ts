import { describe } from 'vitest';
import { factCases } from './testing/facts.case.js';
import { klineCases } from './testing/klines.case.js';
import { ledgerCases } from './testing/ledger.case.js';
import { miningCases } from './testing/mining.case.js';
import { mirrorCases } from './testing/mirror.case.js';
import { readingCases } from './testing/reading.case.js';
import { readCases } from './testing/reads.case.js';
import { reportCases } from './testing/report.case.js';
import { streamCases } from './testing/stream.case.js';
import { tradeCases } from './testing/trades.case.js';
import type { Warehouse } from './warehouse.js';

/** Opens an empty warehouse, migrated with the sample catalog. The suite's owner closes it after the test. */
export type MakeWarehouse = () => Promise<Warehouse>;

/** What every backend must do. Nothing in it knows which one it is. */
export function warehouseContract(name: string, make: MakeWarehouse): void {
  describe(`warehouse contract: ${name}`, () => {
    klineCases(make);
    factCases(make);
    ledgerCases(make);
    mirrorCases(make);
    streamCases(make);
    readingCases(make);
    readCases(make);
    miningCases(make);
  });
}

/** What analytics must say of the facts; `make` opens the database that it runs in. */
export function analyticsContract(name: string, make: MakeWarehouse): void {
  describe(`analytics contract: ${name}`, () => {
    reportCases(make);
    tradeCases(make);
  });
}
