import type { Signal } from '../../data/types.js';
import { closeTime, count, percent, tone } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Empty } from '../../ui/states.js';
import { type Column, Table } from '../../ui/table.js';
import { Outcome, SideTag } from '../../ui/tags.js';

/** As many as a list can be read. */
const MOST = 100;

/** Signals in view, newest first: what the markers say, for the keyboard and for reading. */
export function SignalList(props: {
  readonly signals: readonly Signal[];
  readonly range: readonly [number, number] | null;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}) {
  const { signals, range, chosen, onChoose } = props;
  const seen =
    range === null
      ? []
      : signals
          .filter(({ predicting_at }) => predicting_at >= range[0] && predicting_at <= range[1])
          .reverse();
  const at = signals.findIndex(({ prediction_id }) => prediction_id === chosen);
  const step = (by: number, name: string) => {
    const next = chosen === null ? signals.at(-1) : signals[at + by];
    return (
      <button
        type="button"
        class="button"
        disabled={next === undefined}
        onClick={() => next !== undefined && onChoose(next.prediction_id)}
      >
        {name}
      </button>
    );
  };
  const columns: readonly Column<Signal>[] = [
    {
      head: 'Bar closed',
      sort: (row) => row.predicting_at,
      cell: (row) => (
        <button type="button" class="link" onClick={() => onChoose(row.prediction_id)}>
          {closeTime(row.predicting_at)}
        </button>
      ),
    },
    { head: 'Action', text: true, sort: (row) => row.action, cell: (row) => <SideTag side={row.action} /> },
    {
      head: 'Outcome',
      text: true,
      sort: (row) => row.result_status,
      cell: (row) => <Outcome status={row.result_status ?? 'OPEN'} />,
    },
    {
      head: 'Pnl',
      sort: (row) => row.pnl_pct,
      cell: (row) => <span class={tone(row.pnl_pct)}>{percent(row.pnl_pct)}</span>,
    },
    { head: 'Ended', sort: (row) => row.confirmed_at, cell: (row) => closeTime(row.confirmed_at) },
  ];
  return (
    <Card
      title="Signals in view"
      note={`${count(seen.length)} of ${count(signals.length)}${seen.length > MOST ? `, the newest ${MOST} listed` : ''}`}
    >
      <div class="filters panes">
        {step(-1, '← Earlier signal')}
        {step(1, 'Later signal →')}
      </div>
      {seen.length === 0 ? (
        <Empty title={signals.length === 0 ? 'No signal within these filters' : 'No signal in view'} />
      ) : (
        <Table
          label="Signals in view"
          columns={columns}
          rows={seen.slice(0, MOST)}
          keyOf={(row) => row.prediction_id}
          isSelected={(row) => row.prediction_id === chosen}
          tall
        />
      )}
    </Card>
  );
}
