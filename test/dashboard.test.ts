import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_KLINES, KLINES } from './cli-process.js';
import {
  CHROMIUM,
  HAS_CHROMIUM,
  openBrowser,
  openPage,
  seriousFindings,
  settled,
} from './support/browser.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { serve } from './support/serve.js';

// The dashboard in Chromium, against the real server on real klines: `trend-momentum` on BTCUSDT 1h, 72,866 bars.

const why = !HAS_CHROMIUM
  ? `${CHROMIUM} is absent: apt-get install chromium`
  : HAS_KLINES
    ? ''
    : '../shared/klines is absent';

const PAGES = ['', 'symbol', 'performance', 'regimes', 'patterns', 'data'] as const;
const WHERE = 'strategy=trend-momentum&symbol=BTCUSDT&interval=1h';

describe.skipIf(why !== '')(`dashboard${why === '' ? '' : ` (${why})`}`, () => {
  const folder = temporaryFolder();
  const warehouse = `duckdb:${join(folder.path, 'w.duckdb')}`;
  let server: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;

  beforeAll(async () => {
    const klines = readdirSync(KLINES).find((name) => name.startsWith('BTCUSDT-1h-'))!;
    const run = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await klinemill([...args, '--warehouse', warehouse]);
      if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr}`);
    };
    await run('load', join(KLINES, klines));
    await run('recompute', '--threads', '1');
    await run('mine', '--strategy', 'trend-momentum', '--min-support', '0.2', '--max-length', '2');
    server = await serve(warehouse);
    browser = await openBrowser();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    folder.dispose();
  });

  const open = (page: Page, view: string) => page.goto(`${server.url}/#/${view}`);
  async function api<Row>(path: string): Promise<Row[]> {
    const response = await fetch(`${server.url}/v1/${path}`);
    return ((await response.json()) as { data: Row[] }).data;
  }

  it.each(PAGES.flatMap((name) => [[name, 1440, 'light'] as const, [name, 360, 'dark'] as const]))(
    'page "%s" at %d px, %s: no console error, no request elsewhere, nothing serious for axe, no sideways scroll',
    async (name, width, theme) => {
      const { page, faults } = await openPage(browser, { width, theme });
      await open(page, `${name}?${WHERE}`);
      await settled(page);
      expect(faults).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.locator('.state.error').count()).toBe(0);
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0);
      await page.context().close();
    },
  );

  it('shows the figures of the API', async () => {
    const { page } = await openPage(browser);
    await open(page, `performance?${WHERE}`);
    await settled(page);
    const [row] = await api<Record<string, number>>(`performance?by=all&${WHERE}`);
    const shown = (field: string) => page.locator(`dd[data-field="${field}"]`).innerText();
    expect(await shown('win_rate')).toBe(`${(row!.win_rate! * 100).toFixed(1)}%`);
    expect(await shown('expectancy_pct')).toBe(`${row!.expectancy_pct!.toFixed(3)}%`);
    expect(await shown('profit_factor')).toBe(row!.profit_factor!.toFixed(2));
    expect(await shown('max_drawdown')).toBe(`${(row!.max_drawdown! * 100).toFixed(1)}%`);
    expect(await shown('wins')).toBe(row!.wins!.toLocaleString('en-US'));
    expect(await shown('losses')).toBe(row!.losses!.toLocaleString('en-US'));

    await open(page, '');
    await settled(page);
    const rows = await api<Record<string, number | string>>('performance?by=partition');
    expect(await page.locator('tbody tr').count()).toBe(rows.length);
    for (const [at, figures] of rows.entries()) {
      const line = page.locator('tbody tr').nth(at);
      expect(await line.locator('th').innerText()).toContain(`${figures.strategy}@${figures.version}`);
      expect(await line.locator('[data-field="win_rate"]').innerText()).toBe(
        `${(Number(figures.win_rate) * 100).toFixed(1)}%`,
      );
    }

    await open(page, 'data');
    await settled(page);
    expect(await page.locator('[data-field="rows"]').allInnerTexts()).toEqual(
      (await api<{ rows: number }>('status')).map(({ rows }) => rows.toLocaleString('en-US')),
    );

    await open(page, 'patterns');
    await settled(page);
    const runs = await api<{ run_id: number }>('mining-runs');
    const edges = await api<{ is_edge: number }>(`mining-runs/${runs[0]!.run_id}/edge-rules?limit=10000`);
    expect(await page.locator('[data-edges]').getAttribute('data-edges')).toBe(
      String(edges.filter(({ is_edge }) => is_edge === 1).length),
    );
    await page.context().close();
  });

  it('draws 72,866 bars and is interactive at once', async () => {
    const { page } = await openPage(browser);
    // Tasks above 50 ms, as the browser itself tells them: while one runs the page answers nothing.
    await page.addInitScript(`
      globalThis.tasks = [];
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
      }).observe({ type: 'longtask', buffered: true });`);
    await open(page, `symbol?${WHERE}`);
    const note = page.locator('[data-drawn-ms]:not([data-drawn-ms=""])');
    await note.waitFor({ timeout: 60_000 });
    const drawnAt = await page.evaluate<number>('performance.now()');
    const [bars] = await api<{ rows: number }>('partitions?symbol=BTCUSDT&interval=1h');
    expect(Number(await note.getAttribute('data-bars'))).toBe(bars!.rows);
    await settled(page);
    // The chart answers a drag within a frame or two, however many bars there are.
    const box = (await page.locator('.chart-candles').boundingBox())!;
    const before = await page.getByText(/^[\d,]+ of [\d,]+/).innerText();
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 800, box.y + 100, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.getByText(/^[\d,]+ of [\d,]+/).innerText()).not.toBe(before);
    const tasks = (await page.evaluate<[number, number][]>('tasks')).filter(([start]) => start > drawnAt);
    console.info(
      `symbol page: ${bars!.rows} bars on the screen ${drawnAt.toFixed(0)} ms after the page was asked for, ` +
        `${Number(await note.getAttribute('data-drawn-ms')).toFixed(0)} ms after they came; the longest task after that ` +
        `(${tasks.length} above 50 ms) ${Math.max(0, ...tasks.map(([, duration]) => duration))} ms`,
    );
    await page.context().close();
  });

  it('a click on a marker opens the explanation of that signal', async () => {
    // Two days: wide bars, so that a marker is easy to hit.
    const from = Date.UTC(2026, 3, 20);
    const to = Date.UTC(2026, 3, 22);
    const range = `from=${day(from)}&to=${day(to)}`;
    const [signal] = await api<{ prediction_id: string; predicting_at: number }>(
      `results?${WHERE}&${range}&limit=1`,
    );
    const { prediction_id: id, predicting_at } = signal!;
    const { page, faults } = await openPage(browser);
    await open(page, `symbol?${WHERE}&panes=none&${range}`);
    await settled(page);
    await page.waitForTimeout(500);
    // 49 bars are in view, from the one that closes an hour after `from`, and room for four.
    await clickColumn(page, (predicting_at + 1 - from) / 3_600_000 - 1, 53);
    await page.locator('[data-prediction]').waitFor();
    expect(await page.locator('[data-prediction]').getAttribute('data-prediction')).toBe(id);
    const explained = (await (
      await fetch(`${server.url}/v1/predictions/${encodeURIComponent(id)}/explain`)
    ).json()) as {
      action: string;
      metrics: { metric: string; metric_value: number | null }[];
      trade: { status: string; entry_price: number };
    };
    const panel = page.locator(`[data-prediction="${id}"]`);
    expect(await panel.locator('h2').innerText()).toBe(`${explained.action} ${explained.trade.status}`);
    expect(await panel.innerText()).toContain(String(Number(explained.trade.entry_price.toPrecision(8))));
    expect(await panel.locator('[data-metric]').count()).toBe(explained.metrics.length);
    const fired = explained.metrics
      .filter(({ metric_value }) => metric_value === 1)
      .map(({ metric }) => metric);
    for (const metric of fired)
      expect(await panel.locator(`[data-metric="${metric}"]`).innerText()).toMatch(/\bfired\b/);
    expect(new URL(page.url()).hash).toContain(encodeURIComponent(id));
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('a filter survives a reload, and the back button undoes it', async () => {
    const { page } = await openPage(browser);
    await open(page, `performance?${WHERE}`);
    await settled(page);
    await page.getByLabel('Side').selectOption('SELL');
    await settled(page);
    const [row] = await api<Record<string, number>>(`performance?by=all&${WHERE}&side=SELL`);
    const wins = row!.wins!.toLocaleString('en-US');
    await expect.poll(() => page.locator('dd[data-field="wins"]').innerText()).toBe(wins);
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Side').inputValue()).toBe('SELL');
    expect(await page.locator('dd[data-field="wins"]').innerText()).toBe(wins);
    await page.goBack();
    await expect.poll(() => page.getByLabel('Side').inputValue()).toBe('');
    await page.context().close();
  });

  it('works by keyboard: skip link, navigation, a signal chosen and closed', async () => {
    const { page } = await openPage(browser);
    await open(page, `symbol?${WHERE}`);
    await settled(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    await page.getByRole('button', { name: 'Earlier signal' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-prediction]').waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-prediction]').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('says that the server has gone, and goes on by itself when it is back', async () => {
    const { page } = await openPage(browser);
    const own = await serve(warehouse);
    const port = new URL(own.url).port;
    await page.goto(`${own.url}/#/performance?${WHERE}`);
    await settled(page);
    await own.close();
    await page.getByText('not live').waitFor();
    await page.getByLabel('Side').selectOption('SELL');
    await page.locator('.state.error').first().waitFor();
    expect(await page.locator('.state.error').first().innerText()).toContain('No answer from the server');
    const back = await serve(warehouse, ['--port', port]);
    await page.locator('.state.error').first().waitFor({ state: 'detached' });
    await settled(page);
    const [row] = await api<Record<string, number>>(`performance?by=all&${WHERE}&side=SELL`);
    expect(await page.locator('dd[data-field="wins"]').innerText()).toBe(row!.wins!.toLocaleString('en-US'));
    await page.context().close();
    await back.close();
  });

  it('says what is wrong with a view, and keeps working', async () => {
    const { page } = await openPage(browser);
    await open(page, 'performance?strategy=no-such-strategy');
    await page.locator('.state.error').first().waitFor();
    expect(await page.locator('.state.error').first().innerText()).toContain('no-such-strategy');
    await open(page, 'nowhere');
    await page.getByText('There is no page nowhere').waitFor();
    await page.context().close();
  });
});

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Clicks down through bar `at` of `bars` that share the chart's width, until a panel opens. */
async function clickColumn(page: Page, at: number, bars: number): Promise<void> {
  const boxes = await Promise.all(
    (await page.locator('.chart-candles canvas').all()).map((canvas) => canvas.boundingBox()),
  );
  const pane = boxes.reduce((a, b) => (b!.width * b!.height > a!.width * a!.height ? b : a))!;
  const x = pane.x + ((at + 0.5) / bars) * pane.width - 1;
  for (let y = pane.y + 4; y < pane.y + pane.height; y += 7) {
    await page.mouse.move(x, y);
    await page.mouse.click(x, y);
    if (await page.evaluate<boolean>("location.hash.includes('signal=')")) return;
  }
  throw new Error(`no marker was hit at x ${x}`);
}
