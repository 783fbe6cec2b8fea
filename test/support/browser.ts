import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's package; elsewhere the variable says where Chromium is. */
export const CHROMIUM = process.env.KLINEMILL_CHROMIUM ?? '/usr/bin/chromium';
export const HAS_CHROMIUM = existsSync(CHROMIUM) && spawnSync(CHROMIUM, ['--version']).status === 0;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // In a container there is no user namespace for the sandbox; nothing but the page under test may ask the network.
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

/** What a page did that it must not: errors on its console, and requests that leave this machine. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
}

export async function openPage(
  browser: Browser,
  options: { readonly width?: number; readonly theme?: 'light' | 'dark' } = {},
): Promise<Watched> {
  const { width = 1440, theme = 'light' } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`request: ${request.url()}`);
  });
  return { page, faults };
}

/** Nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main .card, main .state, main .stats', { timeout: 60_000 });
  const gone = { state: 'detached', timeout: 60_000 } as const;
  await page.locator('.skeleton, .stale').first().waitFor(gone);
  await page.getByText('indicators are loading').waitFor(gone);
}

/** Findings of axe-core that weigh at least serious, as `rule: element`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger's protocol: a script element would break the content security policy.
  const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(readFileSync(source, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await (globalThis as never as { axe: AxeRunner }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

interface AxeRunner {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string | null;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>;
}
