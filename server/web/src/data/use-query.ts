import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { onLive } from './live.js';

/** What is known of an answer. While it is asked for again, `data` is the old one. */
export interface Query<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

/**
 * Asks when `key` changes (null: not at all), and again when the server says that facts have changed. An answer that came too
 * late is dropped.
 *
 * @param isLive false: facts that never change, asked for once
 */
export function useQuery<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  { isLive = true }: { readonly isLive?: boolean } = {},
): Query<T> {
  const [state, setState] = useState<{ key: string | null; data: T | undefined; error: Error | null }>({
    key: null,
    data: undefined,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const [isLoading, setLoading] = useState(false);
  const latest = useRef(ask);
  latest.current = ask;
  const retry = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => (isLive ? onLive('facts', retry) : undefined), [isLive, retry]);
  // `turn` asks again
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setLoading(true);
    latest
      .current(abort.signal)
      .then(
        (data) => {
          if (!abort.signal.aborted) setState({ key, data, error: null });
        },
        (error: Error) => {
          if (!abort.signal.aborted) setState({ key, data: undefined, error });
        },
      )
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false);
      });
    return () => abort.abort();
  }, [key, turn]);
  const isStale = state.key !== key;
  return {
    data: key === null ? undefined : state.data,
    error: isStale ? null : state.error,
    isLoading: isLoading || isStale,
    retry,
  };
}
