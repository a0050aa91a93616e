// A caller's request is entered without a mouse: with and without scripts, counted key by key.
import { join } from 'node:path';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { HOSTILE } from './lib/resident.mjs';
import { countingKeys, loginOf, signIn } from './lib/staff.mjs';

const MOST_KEYS = 12;
const NUMBER = /^\d\d-\d{5,}-\d$/;

const numberOn = async page => {
  const text = (await page.locator('.ch-panel__number').innerText()).trim();
  check(NUMBER.test(text), `no number to read aloud: ${text}`);
  return text;
};

const focusIs = async (keys, id) => same(await keys.focus(id), id, 'the focus');

/** Rows that only a filing makes: deadlines pass and mails are written meanwhile. */
const rowsOf = city => {
  const { cases, party, place, contact_point: contacts } = city.counts();
  return JSON.stringify({ cases, party, place, contacts });
};

/** A pothole, from the empty page to the number, and on to the next; gives the number. */
const enterPothole = async (page, place) => {
  const keys = countingKeys(page);
  await page.goto('/staff/new');
  await focusIs(keys, 'q');
  await keys.type('pothole');
  await keys.go('Enter');
  await focusIs(keys, 'place');
  await keys.type(place);
  await keys.press('Tab');
  await focusIs(keys, 'f-lane');
  await keys.press('y', 'Tab', 'Tab');
  await focusIs(keys, 'description');
  await keys.type('By the bus stop');
  await keys.press('Tab');
  await focusIs(keys, 'name');
  await keys.type('Linh Tran');
  await keys.press('Tab');
  await keys.type('251-555-0199');
  await keys.go('Enter');
  if (await page.locator('#near-h').count()) {
    await focusIs(keys, 'send');
    await keys.go('Enter');
  }
  const number = await numberOn(page);
  check(keys.strokes <= MOST_KEYS, `${keys.strokes} keys beyond the content; ${MOST_KEYS} are allowed`);
  tap.comment(`${keys.strokes} keys beyond the content`);
  await leave(page, () => page.keyboard.press('Enter'));
  same(new URL(page.url()).pathname, '/staff/new', 'the next entry');
  await focusIs(keys, 'q');
  return number;
};

const stored = (city, number) => {
  const [row] = city.sql(`SELECT c.channel, c.lang, c.description, c.answers, p.name, e.actor_kind FROM cases c LEFT JOIN party p ON p.id = c.reporter JOIN event e ON e.cases = c.id AND e.kind = 'case.opened' WHERE c.number = '${number}'`);
  return row;
};

const fillLight = async page => {
  await page.goto('/staff/new/street-light-out?channel=counter&lang=es');
  await page.locator('#place').fill('77 Nowhere Blvd');
  await page.locator('#description').fill(HOSTILE);
  await page.locator('#name').fill('Ana\u00a0Ruiz');
  await page.locator('#email').fill('ana at example');
  await leave(page, () => page.locator('#send').click());
};

/** Everything wrong at once: each error at its field, everything kept. */
const refused = async (page, one, city) => {
  const before = rowsOf(city);
  await fillLight(page);
  same(one.served.status, 422, 'the status');
  for (const id of ['place', 'email']) {
    same(await page.locator(`#${id}`).getAttribute('aria-invalid'), 'true', `aria-invalid of ${id}`);
    check((await page.locator(`#${id}-error`).innerText()).length > 15, `no sentence at ${id}`);
    same(await page.locator(`.ch-errors a[href="#${id}"]`).count(), 1, `the link to ${id}`);
  }
  same(await page.locator('#place').inputValue(), '77 Nowhere Blvd', 'the place');
  same(await page.locator('#description').inputValue(), HOSTILE, 'the text');
  same(await page.locator('#email').inputValue(), 'ana at example', 'the address');
  same(await page.locator('#channel').inputValue(), 'counter', 'the channel');
  same(await page.locator('#lang').inputValue(), 'es', 'the language');
  same(await page.evaluate(() => document.activeElement.id), 'place', 'the focus');
  if (before) same(rowsOf(city), before, 'the rows');
};

/** An answer that brings a question, a place that may be several, a case that is there already. */
const questions = async (page, city) => {
  await page.goto('/staff/new/street-sign');
  await page.locator('#place').fill('Main St & Portland St');
  await page.locator('[name="f-kind"]').selectOption('other');
  check(!await page.locator('[name="f-reads"]').count(), 'the question is asked too early');
  await leave(page, () => page.locator('#send').click());
  same(await page.evaluate(() => document.activeElement.id), 'f-reads', 'the focus');
  await page.keyboard.type('NO RIGHT TURN');
};

const twice = async (page, city) => {
  const TEXT = 'Once is enough';
  await page.goto('/staff/new/graffiti');
  for (const select of await page.locator('main form select').all())
    if (!await select.inputValue()) await select.selectOption({ index: 1 });
  await page.locator('#place').fill('795 Massachusetts Ave');
  await page.locator('#description').fill(TEXT);
  const form = page.locator('main form');
  const action = await form.getAttribute('action');
  const body = await form.evaluate(f => new URLSearchParams([...new FormData(f)].map(([k, v]) => [k, String(v)])).toString());
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: city.url };
  const send = seen => page.request.post(action, { data: `${body}&seen=${encodeURIComponent(seen)}`, headers, maxRedirects: 0 });
  const shown = await send('');
  const seen = shown.status() === 200 ? /name="seen" value="([^"]*)"/.exec(await shown.text())[1] : '';
  const first = seen ? await send(seen) : shown;
  same(first.status(), 303, 'the first');
  // The case just made is near as well now.
  const again = /name="seen" value="([^"]*)"/.exec(await (await send(seen)).text())?.[1] ?? seen;
  const second = await send(again);
  same(second.headers().location, first.headers().location, 'where the second leads');
  same(city.sql(`SELECT count(*) AS n FROM cases WHERE description = '${TEXT}'`)[0].n, 1, 'the cases');
};

export const entry = async (browser, city, { isLong }) => {
  const login = loginOf(city, 'agent');
  const one = await visitor(browser, city);
  const plain = await visitor(browser, city, { js: false });
  const audit = auditor(join(city.folder, 'html-entry'), isLong);
  await audit.prepare(one);
  const see = (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(one, name, { status }), name));
  const { page } = one;

  await tap.test('staff sign in to enter', async () => {
    await signIn(page, login);
    await signIn(plain.page, login);
    await leave(page, () => page.locator('.ch-bar nav a[href="/staff/new"]').click());
  });
  await see('entry');
  await page.setViewportSize({ width: 1280, height: 800 });
  await tap.test('a caller is entered by keyboard', async () => {
    const number = await enterPothole(page, '795 mass ave');
    const row = stored(city, number);
    same(row.channel, 'phone', 'the channel');
    same(row.actor_kind, 'staff', 'who entered it');
    same(row.name, 'Linh Tran', 'the caller');
    check(JSON.parse(row.answers).lane === true, `the answers ${row.answers}`);
  });
  await tap.test('the same without scripts, beside the first', async () => {
    const number = await enterPothole(plain.page, '795 mass ave');
    await plain.page.goto(`/staff/new/done/${number}`);
  });
  await tap.test('what is near is shown before it is sent', async () => {
    await page.goto('/staff/new/pothole');
    await page.locator('#place').fill('795 Massachusetts Ave');
    await page.locator('#place').blur();
    await leave(page, () => page.locator('#send').click());
    check(await page.locator('.ch-entry__near a').count() >= 2, 'the two cases are not shown');
    same(await page.evaluate(() => document.activeElement.id), 'send', 'the focus');
  });
  await see('entry-near');
  await tap.test('everything wrong at once', () => refused(page, one, city));
  await see('entry-wrong', 422);
  await tap.test('the same without scripts', () => refused(plain.page, plain, city));
  await tap.test('an answer brings a question', () => questions(page, city));
  await see('entry-more');
  await tap.test('a place that may be several', async () => {
    await page.goto('/staff/new/pothole');
    await page.locator('#place').fill('school');
    await page.locator('#place').blur();
    await leave(page, () => page.locator('#send').click());
    check(await page.locator('input[type=radio][name=place_id]').count() > 1, 'no choice is offered');
    same(await page.evaluate(() => document.activeElement.id), 'place-0', 'the focus');
  });
  await see('entry-places');
  await tap.test('sent twice is one case', () => twice(page, city));
  await tap.test('words that may mean several services', async () => {
    await page.goto('/staff/new?q=street');
    await page.locator('main li a').first().waitFor();
  });
  await see('entry-services');
  await page.goto('/staff/new?q=zeppelin');
  await see('entry-no-service');
  await tap.test('services by words, typing errors and other languages', async () => {
    for (const [words, code] of Object.entries({ pothoel: 'pothole', bache: 'pothole', grafiti: 'graffiti', 'missed trash': 'missed-collection', 'đèn đường': 'street-light-out' })) {
      await page.goto(`/staff/new?q=${encodeURIComponent(words)}`);
      const path = new URL(page.url()).pathname;
      const first = path === '/staff/new' ? await page.locator('main li a').first().getAttribute('href') : path;
      has(first ?? '', `/staff/new/${code}`, words);
    }
  });
  await tap.test('the page after, for a caller who speaks Spanish', async () => {
    await page.goto('/staff/new/graffiti?lang=es');
    await page.locator('#place').fill('12 Quincy St');
    for (const select of await page.locator('main form select').all())
      if (!await select.inputValue()) await select.selectOption({ index: 1 });
    await leave(page, () => page.locator('#send').click());
    if (await page.locator('#near-h').count()) await leave(page, () => page.locator('#send').click());
    await numberOn(page);
    has(await page.locator('main').innerText(), 'Su número', 'the page');
    same(stored(city, await numberOn(page)).lang, 'es', 'the language');
  });
  await see('entry-done');
  await page.goto('/staff/new/no-such-service');
  await see('entry-not-found', 404);
  await tap.test('on the way', () => none([...one.troubles, ...plain.troubles], 'on the way'));
  if (audit.hasChecker()) await tap.test('the HTML of the entry', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the entry', 'there is no Java');
  for (const who of [one, plain]) await who.close();
};
