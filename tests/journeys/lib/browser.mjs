// Debian's Chromium under Playwright, and visitors with a browser each.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const WAIT_MS = 30000; // of a machine that is busy with other tests
const HEIGHT = 800;

export const openBrowser = () => chromium.launch({
  executablePath: process.env.CHROMIUM,
  env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL('../fonts.conf', import.meta.url)) },
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
    '--no-first-run', '--disable-sync'],
});

/** Does what leads to another page, and waits until all of that page is there. */
export const leave = (page, act) => Promise.all([page.waitForEvent('load'), act()]);

/** A visitor: a browser context with one page. `troubles` collects what the console said and every
 * request that went elsewhere or failed; `expect(status)` forgives one such page. */
export const visitor = async (browser, city, { width = 1280, js = true, dark = false, height = HEIGHT } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height },
    javaScriptEnabled: js,
    colorScheme: dark ? 'dark' : 'light',
    baseURL: city.url,
    reducedMotion: 'reduce',
    timezoneId: 'America/Chicago',
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const troubles = [];
  const served = { status: 0, text: async () => '' };
  page.on('console', message => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // A page that is an error by intention is reported as a failed resource.
    if (/the server responded with a status of 4\d\d/.test(message.text())
        && message.location().url.split('#')[0] === page.url().split('#')[0]) return;
    troubles.push(`${page.url()}: console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', error => troubles.push(`${page.url()}: ${error.message}`));
  page.on('request', request => {
    if (!request.url().startsWith(city.url) && !request.url().startsWith('data:'))
      troubles.push(`${page.url()}: asks ${request.url()}`);
  });
  page.on('response', response => {
    if (response.status() >= 500) troubles.push(`${response.url()}: ${response.status()}`);
    const request = response.request();
    if (request.isNavigationRequest() && request.frame() === page.mainFrame() && (response.status() < 300 || response.status() >= 400)) {
      served.status = response.status();
      served.text = () => response.text();
    }
  });
  return { page, context, troubles, served, width, js, close: () => context.close() };
};
