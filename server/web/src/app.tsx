import { useEffect, useRef } from 'preact/hooks';
import { LiveState } from './live-state.js';
import { DataPage } from './pages/data.js';
import { Overview } from './pages/overview.js';
import { Patterns } from './pages/patterns.js';
import { Performance } from './pages/performance.js';
import { Regimes } from './pages/regimes.js';
import { SymbolPage } from './pages/symbol.js';
import { toggleTheme, useTheme } from './theme.js';
import { Empty } from './ui/states.js';
import { hashOf, useView, type View } from './url.js';

interface Page {
  readonly id: string;
  readonly title: string;
  readonly show: (props: { readonly view: View }) => preact.JSX.Element;
}

const PAGES: readonly Page[] = [
  { id: 'overview', title: 'Overview', show: Overview },
  { id: 'symbol', title: 'Symbol', show: SymbolPage },
  { id: 'performance', title: 'Performance', show: Performance },
  { id: 'regimes', title: 'Regimes', show: Regimes },
  { id: 'patterns', title: 'Patterns', show: Patterns },
  { id: 'data', title: 'Data', show: DataPage },
];

/** Filters that mean the same on every page and go along from one to the next. */
const COMMON = ['strategy', 'symbol', 'interval', 'side', 'from', 'to', 'allocation', 'confirmed_only'];

export function App() {
  const view = useView();
  const theme = useTheme();
  const page = PAGES.find(({ id }) => id === view.page);
  const main = useRef<HTMLElement>(null);
  const seen = useRef(view.page);
  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · klinemill`;
    // Another page is another document: reading starts at its top.
    if (seen.current !== view.page) main.current?.focus({ preventScroll: true });
    if (seen.current !== view.page) scrollTo(0, 0);
    seen.current = view.page;
  }, [page, view.page]);
  const common = Object.fromEntries(COMMON.map((name) => [name, view.filters[name]]));
  return (
    <>
      <a
        class="skip"
        href={hashOf(view.page, view.filters)}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          klinemill
        </a>
        <nav aria-label="Pages">
          {PAGES.map(({ id, title }) => (
            <a key={id} href={hashOf(id, common)} aria-current={id === view.page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="tools">
          <LiveState />
          <button type="button" class="button" onClick={toggleTheme}>
            {theme === 'dark' ? 'Light' : 'Dark'}
          </button>
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        {page === undefined ? (
          <Empty title={`There is no page ${view.page}`}>
            <a href="#/">To the overview</a>
          </Empty>
        ) : (
          <page.show view={view} />
        )}
      </main>
      <footer class="foot">
        Times are UTC. A tool for finding out, not for trading: no orders, no advice. <a href="/docs">API</a>.
        Candles are drawn with TradingView Lightweight Charts™, Copyright (c) 2025 TradingView, Inc.{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          https://www.tradingview.com/
        </a>{' '}
        (Apache-2.0); curves with uPlot (MIT).
      </footer>
    </>
  );
}
