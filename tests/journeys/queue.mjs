// Staff's lists: the filter line, keys, columns, own views, files, one act on many, the dashboard.
import { join } from 'node:path';
import { check, has, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';

const FILTER = 'state:open service:pothole';
const TOLD = 'The crew was here today';

const signIn = async (page, login) => {
  await page.goto('/staff/signin');
  await page.locator('#login').fill(login.name);
  await page.locator('#password').fill(login.password);
  await leave(page, () => page.locator('main button[type=submit]').click());
};

const filterBy = async (page, text) => {
  await page.locator('#q').fill(text);
  await leave(page, () => page.locator('#q').press('Enter'));
};

const open = (page, summary) => page.locator('details', { has: page.locator('summary', { hasText: summary }) })
  .first().evaluate(d => { d.open = true; });

const byFilter = async (one, see) => {
  const { page } = one;
  await filterBy(page, FILTER);
  same(await page.locator('#q').inputValue(), FILTER, 'the filter line');
  check(await page.locator('tbody tr').count() > 3, 'there are few open potholes');
  has(page.url(), 'q=state%3Aopen+service%3Apothole', 'the address');
  await filterBy(page, 'state:open team:street-west');
  same(one.served.status, 422, 'the status of a wrong filter');
  has(await page.locator('.ch-errors').innerText(), 'Did you mean “streets-west”?', 'what is said of it');
  same(await page.locator('#q').inputValue(), 'state:open team:street-west', 'the filter line');
  await see('queue-wrong', 422);
  await filterBy(page, 'massachusetts -state:closed');
  check(await page.locator('tbody tr').count() > 3, 'the words are not found');
  await see('queue-words');
  await filterBy(page, 'lang:vi outcome:done opened:2001-01-01');
  await see('queue-none');
  await filterBy(page, 'A. Resident');
  has(await page.locator('main').innerText(), 'somebody called “A. Resident” reported', 'why these');
  check(await page.locator('tbody tr').count() > 3, 'what somebody reported is not shown');
  await see('queue-name');
  await page.goto('/staff/queue/help');
  has(await page.locator('main').innerText(), 'field.lamp:', 'a question that lists know');
  await see('queue-help');
};

/** A question that lists know: its column at once, its answer as a term. */
const byAnswer = async (one, see) => {
  const { page } = one;
  await page.goto('/staff/queue');
  await filterBy(page, '-field.lamp:none service:street-light-out');
  await page.locator('summary', { hasText: 'Columns' }).click();
  await leave(page, () => page.locator('input[name=col][value="field.lamp"]').check());
  same(await page.locator('thead [data-col="field.lamp"]').innerText(), 'Which light is it?', 'the head of the column');
  const lamp = (await page.locator('td[data-col="field.lamp"]').first().innerText()).trim();
  check(lamp, 'no light is shown');
  await see('queue-answers');
  await filterBy(page, `field.lamp:"${lamp}"`);
  const shown = await page.locator('td[data-col="field.lamp"]').allInnerTexts();
  check(shown.length && shown.every(text => text.trim() === lamp), 'other lights are in the list');
  await filterBy(page, 'field.trouble:dark');
  same(one.served.status, 422, 'the status of a question that lists do not know');
  has(await page.locator('.ch-errors').innerText(), 'indexed: true', 'what can be done');
};

/** Without a mouse: down twice, mark, up, mark, open the help. */
const byKeys = async one => {
  const { page } = one;
  await page.goto('/staff/queue');
  for (const key of ['j', 'j', 'x', 'k', 'x']) await page.keyboard.press(key);
  same(await page.locator('tbody input:checked').count(), 2, 'the marked rows');
  has(await page.locator('[data-bulk-status]').innerText(), '2 marked', 'the bar');
  await page.keyboard.press('?');
  check(await page.locator('dialog[data-keys-help]').evaluate(d => d.open), 'the keys are not explained');
  await page.keyboard.press('Escape');
  const number = (await page.locator('tbody tr.is-current .ch-number').innerText()).trim();
  await leave(page, () => page.keyboard.press('Enter'));
  same(new URL(page.url()).pathname, `/staff/cases/${number}`, 'the page that Enter opens');
};

const byView = async (one, see) => {
  const { page } = one;
  await page.goto('/staff/views');
  await see('views-empty');
  await page.goto(`/staff/queue?q=${encodeURIComponent(FILTER)}`);
  await open(page, 'Columns');
  await page.locator('form[data-columns] input[value=district]').check();
  await leave(page, () => page.locator('form[data-columns] button').click());
  check(await page.locator('#q-table th[data-col=district]').isVisible(), 'the chosen column is hidden');
  await see('queue-columns');
  await open(page, 'Save as view');
  await page.locator('#view-name').fill('Holes <today>');
  await leave(page, () => page.locator('form[action$="/staff/views"] button').click());
  same(new URL(page.url()).pathname, '/staff/views/holes-today', 'the address of the view');
  same(await page.locator('#q-h').innerText(), 'Holes <today>', 'its name');
  check(await page.locator('#q-table th[data-col=district]').isVisible(), 'the view forgot its column');
  await see('view');
  await page.goto('/staff/views');
  await see('views');
};

/** The page's rows are the file's. */
const byFile = async one => {
  const { page } = one;
  await page.goto(`/staff/queue?q=${encodeURIComponent(FILTER)}&sort=oldest`);
  const shown = await page.locator('.ch-number').allInnerTexts();
  const csv = await (await page.request.get(await page.locator('a', { hasText: /^CSV$/ }).getAttribute('href'))).text();
  const json = await (await page.request.get(await page.locator('a', { hasText: /^JSON$/ }).getAttribute('href'))).json();
  const numbers = csv.trim().split('\r\n').slice(1).map(line => line.split(',')[0]);
  same(numbers.slice(0, shown.length).join(), shown.map(s => s.trim()).join(), 'the CSV file');
  same(json.cases.map(c => c.number).join(), numbers.join(), 'the JSON file');
  check(json.is_complete, 'the JSON file says that it is cut');
};

const byMany = async (one, city, see) => {
  const { page } = one;
  await page.goto(`/staff/queue?q=${encodeURIComponent('state:new service:pothole')}`);
  for (const i of [0, 1, 2]) await page.locator('tbody input[type=checkbox]').nth(i).check();
  await page.locator('#bulk-act').selectOption('step:resolve');
  await leave(page, () => page.locator('button[value=marked]').click());
  has(await page.locator('main').innerText(), '3 cases will change', 'the preview');
  await see('bulk-preview');
  await page.locator('#message').fill(TOLD);
  await leave(page, () => page.locator('main button[type=submit]').click());
  same(one.served.status, 422, 'the status without an outcome');
  same(await page.locator('#message').inputValue(), TOLD, 'what was typed');
  await see('bulk-wrong', 422);
  await page.locator('#outcome').selectOption('done');
  const last = city.sql('SELECT max(id) AS id FROM event')[0].id;
  await leave(page, () => page.locator('main button[type=submit]').click());
  has(await page.locator('main').innerText(), '3 cases changed.', 'the result');
  // A step and a message for each.
  same(city.sql(`SELECT count(*) AS n FROM event WHERE id > ${last} AND actor_kind = 'staff'`)[0].n, 6, 'the events');
  await see('bulk-result');
  await page.goto('/staff/queue?q=');
  await page.locator('tbody input[type=checkbox]').first().check();
  await page.locator('#bulk-act').selectOption('assign');
  await leave(page, () => page.locator('button[value=all]').click());
  has(await page.locator('main').innerText(), 'These are the first 1,000', 'the preview of very many');
  await see('bulk-all');
};

const byNumbers = async (one, see) => {
  const { page } = one;
  await leave(page, () => page.locator('header nav a[href="/staff/dashboard"]').click());
  await see('dashboard');
  const tile = page.locator('.ch-tile a').nth(1);
  const number = Number((await tile.locator('.ch-tile__n').innerText()).replaceAll(',', ''));
  check(number > 0, 'nothing is overdue in the demonstration');
  await leave(page, () => tile.click());
  same(await page.locator('#q').inputValue(), 'overdue', 'the filter of the number');
  const csv = await (await page.request.get(await page.locator('a', { hasText: /^CSV$/ }).getAttribute('href'))).text();
  same(csv.trim().split('\r\n').length - 1, number, 'the rows of the number');
  await page.goto('/staff/dashboard?days=90');
  await see('dashboard-90');
};

export const queue = async (browser, city, { isLong }) => {
  const logins = city.logins().split('\n').filter(Boolean).map(line => line.split(/\s+/)).map(([name, password]) => ({ name, password }));
  const boss = logins.find(l => /superv/.test(l.name));
  if (!boss) { tap.skip('staff use their lists', 'the demonstration has no logins'); return; }
  const one = await visitor(browser, city);
  const audit = auditor(join(city.folder, 'html-queue'), isLong);
  await audit.prepare(one);
  const see = (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(one, name, { status }), name));

  await signIn(one.page, boss);
  await tap.test('a filter is typed', () => byFilter(one, see));
  await tap.test('an answer is asked for and shown', () => byAnswer(one, see));
  await tap.test('rows are walked and marked by keys', () => byKeys(one));
  await tap.test('a list is kept as a view', () => byView(one, see));
  await tap.test('a list is a file', () => byFile(one));
  await tap.test('many cases are resolved at once', () => byMany(one, city, see));
  await tap.test('a number of the dashboard is its list', () => byNumbers(one, see));
  await tap.test('nothing went wrong on the way', () => none(one.troubles, 'on the way'));
  if (audit.hasChecker()) await tap.test('the HTML of the lists', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the lists', 'there is no Java');
  await one.close();
};
