import { useEffect, useState } from 'preact/hooks';

/** A view is its page and its filters; all of it stands in the URL, so that a view can be shared and comes back. */
export interface View {
  readonly page: string;
  readonly filters: Readonly<Record<string, string>>;
}

/** `#/page?name=value`: behind the `#`, so that any static server can serve it. */
export function parseHash(hash: string): View {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { page: path === '' ? 'overview' : path, filters: Object.fromEntries(new URLSearchParams(query)) };
}

/** Empty filters are left out. */
export function hashOf(page: string, filters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return `#/${page === 'overview' ? '' : page}${text === '' ? '' : `?${text}`}`;
}

/** Changes filters of the view; undefined removes one. A change of a filter is a step that the back button undoes. */
export function setFilters(
  patch: Readonly<Record<string, string | undefined>>,
  options: { readonly replace?: boolean } = {},
): void {
  const { page, filters } = parseHash(location.hash);
  const hash = hashOf(page, { ...filters, ...patch });
  if (hash === hashOf(page, filters)) return;
  if (options.replace === true) {
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = hash;
}

/** The view that the URL names, now and whenever it changes. */
export function useView(): View {
  const [view, setView] = useState(() => parseHash(location.hash));
  useEffect(() => {
    const listener = (): void => setView(parseHash(location.hash));
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, []);
  return view;
}
