import { useEffect, useState } from 'preact/hooks';
import { getChecks } from '../../data/api.js';
import { onLive } from '../../data/live.js';
import type { CheckRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { count } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Shown } from '../../ui/states.js';
import type { Column } from '../../ui/table.js';
import { Listed } from './listed.js';

/** Data quality. A check looks at every fact, so it is made again by whoever wants it, not at every commit. */
export function Checks() {
  const query = useQuery('checks', getChecks, { isLive: false });
  const [isOld, setOld] = useState(false);
  useEffect(() => onLive('facts', () => setOld(true)), []);
  const again = (): void => {
    setOld(false);
    query.retry();
  };
  return (
    <Card title="Checks" note="Errors must not be; the rest is what the market is like.">
      {isOld && (
        <p class="note">
          The data has changed since.{' '}
          <button type="button" class="button" onClick={again}>
            Check again
          </button>
        </p>
      )}
      <Shown query={query} what="checks" why="Every fact is looked at: that takes some seconds.">
        {(rows) => (
          <Listed
            label="Checks"
            columns={CHECK_COLUMNS}
            rows={rows}
            keyOf={({ check }) => check}
            empty="No check"
          />
        )}
      </Shown>
    </Card>
  );
}

const CHECK_COLUMNS: readonly Column<CheckRow>[] = [
  { head: 'Check', sort: (row) => row.check, cell: (row) => row.check },
  {
    head: 'Found',
    sort: (row) => row.found,
    cell: (row) => (
      <span class={row.level === 'error' && row.found > 0 ? 'bad' : ''}>{count(row.found)}</span>
    ),
  },
  { head: 'Level', text: true, sort: (row) => row.level, cell: (row) => row.level },
  { head: 'Bars', sort: (row) => row.bars, cell: (row) => count(row.bars) },
  { head: 'Sound when', text: true, cell: (row) => row.sound },
];
