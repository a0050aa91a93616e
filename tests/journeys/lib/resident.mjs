// What a resident does on the public pages, by the words on them: the same with and without scripts.
import { Broken, check, same } from './tap.mjs';
import { leave } from './browser.mjs';
import { messages } from './words.mjs';

export const ADDRESS = '795 Massachusetts Ave';

/** Text that must come back as text: other scripts, writing from the right, markup, SQL. */
export const HOSTILE = '🕳️ as wide as a 🚗 "tire" — مرحبا بالعالم (שלום) <script>alert(1)</script> '
  + "<img src=x onerror=alert(1)> &amp; '; DROP TABLE cases; --";

const SERVICE = { en: 'Pothole', es: 'Bache', vi: 'Ổ gà' };

/** The words that the journeys press and look for, in a language. */
const wordsOf = lang => {
  const all = messages(lang);
  return {
    path: lang === 'en' ? '' : `/${lang}`,
    service: SERVICE[lang],
    query: SERVICE[lang].toLowerCase(),
    search: all['form.search'],
    start: all['service.start'],
    next: all['form.continue'],
    send: all['report.send'],
    back: all['form.back'],
    error: all['form.error_prefix'],
  };
};

export const heading = async page => (await page.locator('h1').first().innerText()).trim();

/** Where in a report the page is: "where", "lane", ... */
export const stepOf = page => new URL(page.url()).pathname.split('/').pop();

export const at = (page, step) => same(stepOf(page), step, 'the step shown');

export const resident = (page, lang = 'en') => {
  const words = wordsOf(lang);
  const press = name => leave(page, () => page.locator('main').getByRole('button', { name, exact: true }).click());
  const follow = name => leave(page, () => page.getByRole('link', { name, exact: true }).click());
  const me = {
    words,
    go: path => page.goto(words.path + path),
    next: () => press(words.next),
    send: () => press(words.send),
    back: () => follow(words.back),

    /** Home, search, the service's page, its first step. */
    async find(query = words.query) {
      await me.go('/');
      await page.locator('#q').fill(query);
      await press(words.search);
      await follow(words.service);
      await follow(words.start);
      at(page, 'where');
    },

    async where(text = ADDRESS) {
      await page.locator('#place').fill(text);
      // Away from the field first: what is suggested below it would cover the button.
      await page.locator('#place').blur();
      await me.next();
    },

    /** Chooses the answer of that value, by its label; gives its words. */
    async choose(value) {
      const id = await page.locator(`main input[value="${value}"]`).getAttribute('id');
      const label = page.locator(`label[for="${id}"]`);
      const text = (await label.innerText()).trim();
      await label.click();
      await me.next();
      return text;
    },

    /** The step that takes photos, passed without any. */
    async photos() {
      at(page, 'photos');
      await me.next();
    },

    async details(text) {
      await page.locator('#description').fill(text);
      await me.next();
    },

    async who({ name = '', email = '', phone = '', stays = false } = {}) {
      await page.locator('#name').fill(name);
      await page.locator('#email').fill(email);
      await page.locator('#phone').fill(phone);
      await me.next();
      if (stepOf(page) === 'similar' && !stays) await me.mineIsAnother();
    },

    /** Where there are open cases nearby: none of these. */
    async mineIsAnother() {
      at(page, 'similar');
      await page.locator('label[for="case-none"]').click();
      await me.next();
    },

    /** All of a report up to the check page. */
    async fill({ place = ADDRESS, text = 'By the bus stop', email = '' } = {}) {
      await me.find();
      await me.where(place);
      await me.choose('false');
      await me.choose('tire');
      await me.photos();
      await me.details(text);
      await me.who({ email });
      at(page, 'check');
    },

    /** The number on the done page. */
    async number() {
      at(page, 'done');
      const text = await page.locator('.ch-number').first().innerText();
      check(/^\d\d-\d{5,}-\d$/.test(text), `no case number on the done page: ${text}`);
      return text;
    },

    /** The error that stands at a field, which keeps what was typed. */
    async refused(id, typed) {
      check((await page.title()).startsWith(words.error), `the title does not say that there is an error: ${await page.title()}`);
      const field = page.locator(`#${id}`);
      same(await field.inputValue(), typed, `what was typed in ${id}`);
      same(await field.getAttribute('aria-invalid'), 'true', `aria-invalid of ${id}`);
      const described = (await field.getAttribute('aria-describedby') ?? '').split(' ');
      check(described.includes(`${id}-error`), `${id} is not described by its error`);
      const message = (await page.locator(`#${id}-error`).innerText()).trim();
      check(message.length > 15, `no sentence at ${id}: ${message}`);
      const link = page.locator(`.ch-errors a[href="#${id}"]`);
      if (await link.count() !== 1) throw new Broken(`the error summary has no link to ${id}`);
      return message;
    },
  };
  return me;
};
