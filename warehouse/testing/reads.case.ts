import { describe, expect, it } from 'vitest';
import { readGaps } from '../reads/gaps.js';
import { readStatus } from '../reads/status.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import { BTC, closeTime, ETH, klines, openTime, range } from './samples.js';

export function readCases(make: MakeWarehouse): void {
  describe('status and gaps', () => {
    it('say what is loaded, missing and rejected, and how far the stages are', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines([0, 1, 4, 9, ...range(10, 12)]));
      await session.appendKlines(ETH, klines([3]));
      await session.refreshGaps(BTC);
      await session.refreshGaps(ETH);
      const reject = { ...BTC, source: 's', sha256: 'h', raw: '' };
      await session.appendRejects([
        { ...reject, line: 1, reason: 'GRID' },
        { ...reject, line: 2, reason: 'GRID' },
        { ...reject, line: 2, reason: 'TRUNCATED' },
      ]);
      const head = {
        ...BTC,
        strategyId: null,
        seq: 1,
        finerSeq: 1,
        rows: 6,
        lastCloseTime: closeTime(11),
        versions: {},
        runId: 1,
      };
      await session.setHead(head);
      await session.commit();
      const eth = { ...ETH, rows: 1, firstCloseTime: closeTime(3), lastCloseTime: closeTime(3) };
      expect(await readStatus(warehouse)).toEqual([
        {
          ...BTC,
          rows: 6,
          firstCloseTime: closeTime(0),
          lastCloseTime: closeTime(11),
          gaps: 2,
          missing: 6,
          rejects: { GRID: 2, TRUNCATED: 1 },
          heads: [head],
        },
        { ...eth, gaps: 0, missing: 0, rejects: {}, heads: [] },
      ]);
      expect(await readStatus(warehouse, { symbol: 'ETHUSDT' })).toHaveLength(1);
      expect(await readGaps(warehouse)).toEqual([
        { ...BTC, from_time: openTime(2), to_time: openTime(4), missing: 2 },
        { ...BTC, from_time: openTime(5), to_time: openTime(9), missing: 4 },
      ]);
      expect(await readGaps(warehouse, { interval: '2h' })).toEqual([]);
    });
  });
}
