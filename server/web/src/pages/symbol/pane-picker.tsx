import type { PaneGroup } from '../../charts/panes.js';
import { setFilters } from '../../url.js';

const DEFAULT = 'ema,rsi,macd';

/** Groups that the URL names, `none` for none; absent: a few. */
export function panesOf(all: readonly PaneGroup[], text = DEFAULT): PaneGroup[] {
  const ids = text.split(',');
  return all.filter(({ id }) => ids.includes(id));
}

/** Which indicators are drawn. */
export function PanePicker({
  all,
  shown,
}: {
  readonly all: readonly PaneGroup[];
  readonly shown: readonly PaneGroup[];
}) {
  const set = (ids: readonly string[]): void =>
    setFilters({ panes: ids.length === 0 ? 'none' : ids.join(',') });
  const ids = shown.map(({ id }) => id);
  const rest = all.filter(({ id }) => !ids.includes(id));
  return (
    <div class="filters panes">
      {shown.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          class="button"
          title={`Take ${title} away`}
          onClick={() => set(ids.filter((one) => one !== id))}
        >
          {title} <span aria-hidden="true">×</span>
          <span class="hidden">, take away</span>
        </button>
      ))}
      <label>
        <span class="hidden">Add an indicator</span>
        <select
          value=""
          onChange={(event) => {
            set([...ids, event.currentTarget.value]);
            event.currentTarget.value = '';
          }}
        >
          <option value="">Add an indicator</option>
          {rest.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
