// The private link of a mail: a look changes nothing, opening is a POST, and it is for one person.
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { resident } from './lib/resident.mjs';

const SECRET = 'My neighbour at number 12 told me so';

const open = async (one, link) => {
  await one.page.goto(link);
  await leave(one.page, () => one.page.locator('main button[type=submit]').click());
  await one.page.waitForURL('**/cases/*');
};

const take = async (page, step, message) => {
  const form = page.locator(`form[action$="/steps/${step}"]`);
  await page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  if (message !== undefined) await form.locator('textarea').fill(message);
  await leave(page, () => form.locator('button[type=submit]').click());
};

const report = async (browser, city) => {
  const one = await visitor(browser, city);
  const me = resident(one.page);
  await me.fill({ text: SECRET, email: 'pat@example.com' });
  await me.send();
  const number = await me.number();
  await one.close();
  return number;
};

export const link = async (browser, city) => {
  let number, url;

  await tap.test('the mail carries a private link with the base address', async () => {
    number = await report(browser, city);
    url = city.link(number);
    check(url.startsWith(`${city.url}/`), `the link is ${url}`);
    check(url.split('/').pop().length >= 22, `the link's token is short: ${url}`);
    const stored = city.sql("SELECT group_concat(hex(token_hash)) AS all_hashes FROM link_token")[0];
    hasNot(stored.all_hashes ?? '', url.split('/').pop(), 'the stored tokens');
  });

  await tap.test('a look at the link changes nothing and shows nothing', async () => {
    // The worker writes events and mail of its own meanwhile.
    const rows = () => { const { event, event_payload, message, ...rest } = city.counts(); return JSON.stringify(rest); };
    const before = rows();
    for (let i = 0; i < 3; i++) {
      const reply = await fetch(url);
      same(reply.status, 200, 'the status of a look');
      hasNot(await reply.text(), SECRET, 'the page of the link');
      check(!(reply.headers.get('set-cookie') ?? '').includes('case='), 'a look gives the cookie of the case');
    }
    same((await fetch(url, { method: 'HEAD' })).status, 200, 'the status of a HEAD');
    same(rows(), before, 'rows');
  });

  await tap.test('the link opens by its button: withdraw and reopen', async () => {
    const one = await visitor(browser, city, { width: 320 });
    await open(one, url);
    hasNot(one.page.url(), url.split('/').pop(), 'the address after opening');
    has(await one.page.locator('main').innerText(), SECRET, "the reporter's own page");
    await take(one.page, 'withdraw', 'It is mended');
    has(await one.page.locator('.ch-tag').innerText(), 'Withdrawn', 'the state');
    await take(one.page, 'reopen', '');
    same(one.served.status, 422, 'the status of reopening without a word');
    const id = await one.page.locator('details[open] textarea').getAttribute('id');
    check(await one.page.locator(`#${id}-error`).isVisible(), 'there is no error at the message');
    await one.page.locator(`#${id}`).fill('It is back');
    await leave(one.page, () => one.page.locator('form[action$="/steps/reopen"] button[type=submit]').click());
    has(await one.page.locator('.ch-tag').innerText(), 'Received', 'the state');
    none(one.troubles, 'on the way');
    await one.close();
  });

  await tap.test('the link works in the other browser too, and never for another case', async () => {
    const other = await report(browser, city);
    const one = await visitor(browser, city, { js: false });
    await open(one, url);
    has(await one.page.locator('main').innerText(), SECRET, "the reporter's own page");
    await one.page.goto(`/cases/${other}`);
    hasNot(await one.served.text(), SECRET, "another person's case");
    same(await one.page.locator('form[action*="/steps/"]').count(), 0, 'steps offered on another case');
    await one.page.goto('/follow/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
    same(one.served.status, 410, 'the status of a made-up link');
    await one.close();
  });
};
