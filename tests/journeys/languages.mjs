// Spanish and Vietnamese: the same pages, nothing left in English, and a switch that keeps the page.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, has, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { messages } from './lib/words.mjs';
import { ADDRESS, resident, stepOf } from './lib/resident.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TYPED = 'Zyxw vuts';

/** Names, and words that are the same in both languages. */
const NAMES = ['port', 'azalea', 'plaza', 'english', 'español', 'tiếng', 'việt', 'portazalea', 'example', 'graffiti',
  'school', 'massachusetts', 'ana', 'ruiz', 'zyxw', 'vuts', 'error', 'number', 'name', 'place', 'email'];

/** Everything a reader sees or hears: text and the attributes with words, but for other languages'
 * own parts. Runs in the page. */
const readWords = () => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const lang = document.documentElement.lang;
  // What a <noscript> holds is markup while scripts run; names on a map are streets, and
  // addresses of pages are no words.
  const isApart = element => element.closest('noscript, .map-name, .ch-link') !== null;
  const isForeign = element => { const own = element.closest('[lang]'); return own && own.lang !== lang; };
  while (walker.nextNode())
    if (!isForeign(walker.currentNode.parentElement) && !isApart(walker.currentNode.parentElement)) texts.push(walker.currentNode.data);
  for (const element of document.querySelectorAll('*'))
    for (const name of ['aria-label', 'placeholder', 'alt', 'title', 'content', 'data-suggest-count', 'data-suggest-none', 'data-count', 'data-locate-wait', 'data-locate-fail', 'data-guard'])
      if (element.hasAttribute(name) && !isForeign(element) && element.name !== 'viewport' && element.name !== 'color-scheme')
        texts.push(element.getAttribute(name));
  return texts.join('\n');
};

const wordsOf = text => new Set((text.normalize('NFC').toLowerCase().match(/\p{L}{2,}/gu) ?? []));

const translations = lang => Object.values(messages(lang)).join('\n');

/** The English words of the program and the city that the other language does not have. */
const englishOnly = lang => {
  const city = join(root, 'cities/port-azalea');
  const files = [join(city, 'city.yaml'), join(city, 'teams.yaml'), ...['services', 'workflows'].flatMap(f => readdirSync(join(city, f)).map(n => join(city, f, n)))];
  const texts = files.map(f => readFileSync(f, 'utf8')).join('\n').replace(/\s+/g, ' ');
  const part = code => [...texts.matchAll(new RegExp(`\\b${code}: *("[^"]*"|\\|[^{]*?(?= [a-z]{2}:)|[^,}]*)`, 'g'))].map(m => m[1]).join('\n');
  const own = wordsOf(translations(lang) + part(lang));
  const words = wordsOf(translations('en') + part('en'));
  for (const word of [...own, ...NAMES]) words.delete(word);
  return words;
};

const walk = async (me, see) => {
  const { words } = me;
  await me.go('/');
  await see('home');
  await me.go(`/find?q=${encodeURIComponent(words.query)}`);
  await see('find');
  await me.go('/find?q=zyxw');
  await see('find-nothing');
  await me.go('/groups/streets');
  await see('group');
  await me.go('/follow?number=1');
  await see('follow-unknown');
  await me.go('/no/such/page');
  await see('not-found');
  await me.go('/services/pothole');
  await see('service');
  await me.find();
  await see('where');
  await me.where(TYPED);
  await see('where-unknown');
  await me.where('school');
  await see('where-choices');
  await me.go('/report/pothole/where');
  await me.where();
  await see('yes-no');
  await me.choose('false');
  await see('choice');
  await me.choose('tire');
  await see('photos');
  await me.photos();
  await see('details');
  await me.details(TYPED);
  await see('who');
  await me.who({ email: 'ana@' });
  await see('who-wrong');
  await me.who({ name: 'Ana Ruiz', email: 'ana@example.com' });
  await see('check');
  await me.send();
  await see('done');
};

const readPages = async (browser, city, lang) => {
  const english = englishOnly(lang);
  const one = await visitor(browser, city, { width: 320 });
  const me = resident(one.page, lang);
  const problems = [];
  const see = async name => {
    same(await one.page.locator('html').getAttribute('lang'), lang, `lang of ${name}`);
    const left = [...wordsOf(await one.page.evaluate(readWords))].filter(word => english.has(word));
    if (left.length) problems.push(`${name}: ${left.join(' ')}`);
    const wide = await one.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) problems.push(`${name}: ${wide} px too wide at 320 px`);
  };

  const suggested = await one.page.request.get(`/${lang}/places.json?q=school`);
  for (const { detail } of (await suggested.json()).places)
    if ([...wordsOf(detail)].some(word => english.has(word))) problems.push(`a suggestion: ${detail}`);
  check(english.size > 200, `only ${english.size} English words are known`);
  await walk(me, see);
  const number = await me.number();
  await me.go(`/cases/${number}`);
  await see('case');
  await one.page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await see('case-open');
  none(problems.concat(one.troubles), `English in ${lang}`);
  const mail = city.sql(`SELECT subject || ' ' || body AS text FROM message WHERE cases = (SELECT id FROM cases WHERE number = '${number}')`);
  for (const { text } of mail)
    none([...wordsOf(text.replace(/https?:\S+/g, ''))].filter(word => english.has(word)), `English in the ${lang} mail`);
  await one.close();
};

/** A script writes numbers as the server does, not as Intl would for the page's language:
 * docs/decisions/0010. */
const countsAsTheServer = async (browser, city, lang) => {
  const one = await visitor(browser, city);
  const me = resident(one.page, lang);
  const places = Array.from({ length: 1234 }, (_, i) => ({ id: String(i), label: `Place ${i}` }));

  await one.page.route('**/places.json*', route => route.fulfill({ json: { places } }));
  await me.find();
  await one.page.locator('#place').pressSequentially('pl');
  await one.page.locator('[role=listbox] [role=option]').first().waitFor();
  has(await one.page.locator('[role=listbox] + [role=status]').textContent(), '1,234', `places found in ${lang}`);
  await one.close();
};

/** In the middle of a report every language link leads to the same page, with what was answered. */
const switchKeepsPage = async (browser, city) => {
  const one = await visitor(browser, city);
  const me = resident(one.page);
  const { page } = one;
  const to = lang => leave(page, () => page.locator(`.ch-langs a[hreflang=${lang}]`).click());

  await me.go('/find?q=bache');
  await to('es');
  same(new URL(page.url()).pathname + new URL(page.url()).search, '/es/find?q=bache', 'the page in Spanish');
  await to('en');
  await me.fill({ text: TYPED });
  for (const lang of ['es', 'vi', 'en']) {
    await to(lang);
    same(stepOf(page), 'check', 'the page after the switch');
    same(await page.locator('html').getAttribute('lang'), lang, 'its language');
    const text = await page.locator('main').innerText();
    check(text.includes(TYPED) && text.includes(ADDRESS), `an answer is lost in ${lang}: ${text}`);
  }
  none(one.troubles, 'on the way');
  await one.close();
};

export const languages = async (browser, city) => {
  for (const lang of ['es', 'vi'])
    await tap.test(`the pages in ${lang}`, () => readPages(browser, city, lang));
  for (const lang of ['es', 'vi'])
    await tap.test(`scripts count as the server does in ${lang}`, () => countsAsTheServer(browser, city, lang));
  await tap.test('a switch of language keeps the page', () => switchKeepsPage(browser, city));
};
