// Every page in the pseudo-language: each of the program's own words stands in ⟦brackets⟧, so what
// stands outside of them was never given to the translators. The city's own texts, places and what
// somebody typed are no words of the program's.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { none, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Pages looked at in one walk. */
const MOST = 40;
const MOST_LONG = 200;

/** Names of languages, months and weekdays, and what the journey types. */
const NAMES = ['english', 'español', 'tiếng', 'việt', 'pseudo', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday',
  'sunday', 'january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november',
  'december', 'jan', 'feb', 'mar', 'apr', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec', 'csv', 'json', 'geojson', 'atom', 'http', 'https'];

/** Databases are called by their names. */
const MACHINERY = ['sqlite', 'postgresql'];

const filesOf = folder => readdirSync(folder).flatMap(name => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? filesOf(path) : [path];
});

const wordsOf = text => text.normalize('NFC').toLowerCase().match(/\p{L}{3,}/gu) ?? [];

/** All words of the city folder and of the store's own texts. */
const cityWords = city => {
  const words = new Set([...NAMES, ...MACHINERY]);
  const add = text => { for (const word of wordsOf(text)) words.add(word); };
  for (const path of filesOf(join(root, 'cities/port-azalea'))) add(readFileSync(path, 'utf8'));
  for (const query of ['SELECT DISTINCT label AS t FROM place', 'SELECT DISTINCT name AS t FROM party', 'SELECT DISTINCT description AS t FROM cases',
    'SELECT DISTINCT answers AS t FROM cases', 'SELECT name || login AS t FROM account', 'SELECT DISTINCT payload AS t FROM event_payload',
    'SELECT agent AS t FROM session', "SELECT DISTINCT subject || ' ' || address AS t FROM message", 'SELECT value AS t FROM contact_point'])
    for (const { t } of city.sql(query)) add(String(t ?? ''));
  add(city.data);
  return words;
};

/** What a reader sees or hears outside of the brackets. Runs in the page. */
const readOutside = () => {
  const skip = 'script, style, noscript, svg.map, .map-name, .ch-link, .ch-pre, code, kbd, pre, [lang]:not(html), [translate=no]';
  const texts = [];
  // A sentence may be cut by markup: brackets are counted through a whole block.
  for (const block of document.querySelectorAll('title, body')) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let depth = 0, outside = '';
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement.closest(skip)) continue;
      for (const c of walker.currentNode.data) {
        if (c === '⟦') depth++;
        else if (c === '⟧') depth--;
        else if (depth <= 0) outside += c;
      }
      outside += '\n';
    }
    texts.push(outside);
  }
  const strip = text => { let depth = 0; return [...text].filter(c => { if (c === '⟦') depth++; if (c === '⟧') { depth--; return false; } return depth <= 0; }).join(''); };
  for (const element of document.querySelectorAll('body *'))
    for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
      if (element.hasAttribute(name) && !element.closest(skip)) texts.push(strip(element.getAttribute(name)));
  return texts.join('\n');
};

const linksOf = () => [...document.querySelectorAll('a[href]')].map(a => a.href.split('#')[0]);

/** One address of each kind: numbers, tokens and cursors differ, the page does not. */
const kindOf = url => url.pathname.replace(/\d[\d-]*/g, '0').replace(/(after|until|from|seen)=[^&]*/g, '') + [...url.searchParams.keys()].sort().join();

const crawl = async (one, city, starts, { known, most }, isOurs) => {
  const seen = new Set(), problems = [];
  const queue = [...starts];
  let looked = 0;
  while (queue.length && looked < most) {
    const path = queue.shift();
    const url = new URL(path, city.url);
    const kind = kindOf(url);
    if (seen.has(kind)) continue;
    seen.add(kind);
    const reply = await one.page.goto(url.href).catch(() => null);
    if (!reply || !/text\/html/.test(reply.headers()['content-type'] ?? '')) continue;
    looked++;
    await one.page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
    const left = [...new Set(wordsOf(await one.page.evaluate(readOutside)))].filter(word => !known.has(word));
    if (left.length) problems.push(`${url.pathname}${url.search}: ${left.slice(0, 12).join(' ')}`);
    for (const href of await one.page.evaluate(linksOf)) {
      const next = new URL(href);
      if (next.origin === city.url && isOurs(next.pathname)) queue.push(href);
    }
  }
  return { problems, looked };
};

const publicPages = async (browser, city, how) => {
  const { known } = how;
  const one = await visitor(browser, city);
  const press = () => leave(one.page, () => one.page.locator('main .ch-form button[type=submit]:not([name])').first().click());
  // A report under way, so that its steps are pages to look at.
  await one.page.goto('/qps/report/pothole/where');
  await press();
  const wrong = [...new Set(wordsOf(await one.page.evaluate(readOutside)))].filter(word => !known.has(word));
  await one.page.locator('#place').fill('795 Massachusetts Ave');
  await one.page.locator('#place').blur();
  await press();
  await one.page.locator('label[for="lane"]').click();
  await press();
  const starts = ['/qps/', '/qps/cases', '/qps/find?q=hole', '/qps/find?q=zeppelin', '/qps/follow', '/qps/follow?number=1',
    '/qps/no/such/page', '/qps/me/sign-in', '/qps/me/sign-in/sent', '/qps/drafts', '/qps/continue', '/qps/unfollow/none',
    '/qps/report/pothole/where', '/qps/report/pothole/lane', '/qps/report/pothole/size', '/qps/report/pothole/photos',
    '/qps/report/pothole/details', '/qps/report/pothole/who', '/qps/report/pothole/check', '/qps/report/pothole/later'];
  const { problems, looked } = await crawl(one, city, starts, how, path => path.startsWith('/qps/') && !path.startsWith('/qps/staff'));
  await one.close();
  none(problems.concat(wrong), `words outside of brackets on ${looked} pages`);
};

const staffPages = async (browser, city, how) => {
  const logins = city.logins().split('\n').filter(Boolean).map(line => line.trim().split(/\s+/));
  const all = [];
  let pages = 0;
  for (const [name, password] of logins) {
    const one = await visitor(browser, city);
    await one.page.goto('/qps/staff/signin');
    await one.page.locator('#login').fill(name);
    await one.page.locator('#password').fill(password);
    await leave(one.page, () => one.page.locator('main button[type=submit]').first().click());
    const { problems, looked } = await crawl(one, city, ['/qps/staff/', '/qps/staff/queue', '/qps/staff/me'], how, path => path.startsWith('/qps/staff'));
    all.push(...problems.map(problem => `${name} ${problem}`));
    pages += looked;
    await one.close();
  }
  none(all, `words outside of brackets on ${pages} pages`);
};

export const pseudo = async (browser, city, { isLong }) => {
  if ((await fetch(`${city.url}/qps/`)).status !== 200) { tap.skip('the pseudo-language', 'this build has none'); return; }
  const how = { known: cityWords(city), most: isLong ? MOST_LONG : MOST };
  await tap.test('no untranslated word on a public page', () => publicPages(browser, city, how));
  await tap.test('no untranslated word on a staff page', () => staffPages(browser, city, how));
};
