import type { ComponentChildren } from 'preact';
import type { Query } from '../data/use-query.js';

/** Something is on its way; `why` says what takes so long. */
export function Loading({ what, why }: { readonly what: string; readonly why?: string | undefined }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">Loading {what}</span>
      {why !== undefined && <span>{why}</span>}
    </div>
  );
}

/** Nothing to show, and what would bring something. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <strong>{title}</strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

export function Failed({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const isAnswer = error.name === 'Problem';
  return (
    <div class="state error" role="alert">
      <strong>{isAnswer ? 'The server refused' : 'No answer from the server'}</strong>
      {/* What a browser says of a lost connection ("Failed to fetch") helps nobody. */}
      <span>
        {isAnswer
          ? error.message
          : 'It has ended or cannot be reached; the page goes on when klinemill serve answers again.'}
      </span>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** Shows what a query found; while it is asked again the old answer stays, greyed. */
export function Shown<T>(props: {
  readonly query: Query<T>;
  readonly what: string;
  readonly why?: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { query, what, why, children } = props;
  if (query.error !== null) return <Failed error={query.error} retry={query.retry} />;
  if (query.data === undefined) return <Loading what={what} why={why} />;
  return (
    <div class={query.isLoading ? 'stale' : ''} aria-busy={query.isLoading}>
      {children(query.data)}
    </div>
  );
}
