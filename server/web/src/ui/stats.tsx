import { UNKNOWN } from '../format.js';

/** A figure with its name; `why` says why there is none. */
export interface Stat {
  readonly name: string;
  readonly text: string;
  readonly tone?: string;
  readonly why?: string | undefined;
  /** Of the answer, for tests and for whoever looks: `win_rate`. */
  readonly field: string;
}

export function Stats({ stats }: { readonly stats: readonly Stat[] }) {
  return (
    <dl class="stats">
      {stats.map(({ name, text, tone, why, field }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={tone ?? ''} data-field={field}>
            {text}
            {text === UNKNOWN && why !== undefined && <small>{why}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
