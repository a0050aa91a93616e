// The administrator's pages: staff from the first password to being shut out, and what the
// installation says of itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { loginOf, signIn } from './lib/staff.mjs';

const PEOPLE = '/staff/admin/people';
const NAME = 'Quỳnh "Q" O\'Neil <b>';

const submitOf = (page, action) => page.locator(`form[action$="${action}"] button[type=submit]`);
const open = (page, action) => page.locator('details', { has: page.locator(`form[action$="${action}"]`) }).evaluate(d => { d.open = true; });

/** Fills the reason of a form that is folded away, and sends it. */
const act = async (page, action, why) => {
  await open(page, action);
  await page.locator(`form[action$="${action}"] [name=why]`).fill(why);
  await leave(page, () => submitOf(page, action).click());
};

const fillNew = async (page, fields) => {
  await page.goto('/staff/admin/new-person');
  for (const [name, value] of Object.entries(fields)) {
    const input = page.locator(`main [name=${name}]`);
    if (await input.evaluate(e => e.tagName) === 'SELECT') await input.selectOption(value);
    else await input.fill(value);
  }
  await leave(page, () => submitOf(page, PEOPLE).click());
};

const lastEvent = (city, kind) => {
  const [row] = city.sql(`SELECT payload, actor_kind FROM event JOIN event_payload p ON p.event = event.id WHERE kind = '${kind}' ORDER BY event.id DESC LIMIT 1`);
  check(row, `no event ${kind}`);
  return { ...JSON.parse(row.payload), by: row.actor_kind };
};

const addSomebody = async (one, see, city) => {
  const { page } = one;
  await fillNew(page, { name: '', login: 'R. Diaz', role: 'crew', scope: 'team:streets-west', why: '' });
  same(one.served.status, 422, 'the status');
  await see('admin-person-new-wrong', 422);
  await fillNew(page, { name: NAME, login: 'quynh', email: 'q@example.com', lang: 'vi', role: 'crew', scope: 'team:streets-west', why: 'New in the west crew' });
  await see('admin-password');
  const password = (await page.locator('.ch-panel__number').innerText()).trim();
  check(/^(\w{5}-){3}\w{5}$/.test(password), `no password: ${password}`);
  same(lastEvent(city, 'account.added').why, 'New in the west crew', 'why');
  await fillNew(page, { name: 'Another', login: 'quynh', role: 'crew', scope: 'city', why: 'x' });
  same(one.served.status, 409, 'the status of a taken login');
  return password;
};

const grantMore = async (one, see, city) => {
  const { page } = one;
  await page.goto(`${PEOPLE}/quynh`);
  await page.locator('form[action$="/grant"] [name=role]').selectOption('supervisor');
  await page.locator('form[action$="/grant"] [name=scope]').selectOption('service:pothole');
  await leave(page, () => submitOf(page, '/grant').click());
  const text = await page.locator('main').innerText();
  has(text, 'Supervisor: Pothole', 'the preview');
  has(text, 'reassign, merge and hide', 'the preview');
  hasNot(text, 'grant roles', 'the preview');
  await see('admin-grant');
  await leave(page, () => submitOf(page, '/grants').click());
  await see('admin-grant-wrong', 422);
  await page.locator('#why').fill('Leads the pothole week');
  await leave(page, () => submitOf(page, '/grants').click());
  has(await page.locator('main').innerText(), 'Supervisor', 'the account');
  same(lastEvent(city, 'grant.added').by, 'staff', 'who did it');
};

const shutOut = async (one, two, see) => {
  const { page } = one;
  await page.goto(`${PEOPLE}/quynh`);
  await act(page, '/disabled', '');
  same(one.served.status, 422, 'without a reason');
  await see('admin-person-wrong', 422);
  await two.page.goto('/staff/queue');
  same(new URL(two.page.url()).pathname, '/staff/queue', 'before');
  await act(page, '/disabled', 'Left the city');
  await two.page.goto('/staff/queue');
  same(new URL(two.page.url()).pathname, '/staff/signin', 'the session ends at once');
  has(await page.locator('main').innerText(), 'Shut out', 'the account');
  await see('admin-person-disabled');
  await act(page, '/disabled', 'Came back');
  await act(page, '/password', 'Forgot it');
  check(/^(\w{5}-){3}\w{5}$/.test((await page.locator('.ch-panel__number').innerText()).trim()), 'no new password');
};

const own = async (one, login) => {
  const { page } = one;
  await page.goto(`${PEOPLE}/${login.name}`);
  has(await page.locator('main').innerText(), 'This is your own account', 'the page');
  same(await page.locator('form[action$="/disabled"], form[action$="/grants"]').count(), 0, 'the forms');
  const csrf = await page.locator('[name=csrf]').first().inputValue();
  const reply = await page.request.post(`${PEOPLE}/${login.name}/grants`, { form: { csrf, role: 'agent', scope: 'city', why: 'please' }, headers: { origin: new URL(page.url()).origin }, maxRedirects: 0 });
  same(reply.status(), 403, 'raising oneself');
};

/** Jobs by the command line, as a monitor calls it. */
const commands = async city => {
  const run = (...args) => spawnSync(process.env.CITYHALL, args, { encoding: 'utf8' });
  const jobs = run('jobs', 'list', city.data, '--json');
  same(jobs.status, 0, `jobs: ${jobs.stderr}`);
  check(JSON.parse(jobs.stdout).some(job => job.kind === 'daily.sweep'), 'the daily job is not listed');
  same(run('jobs', 'retry', city.data, '999999').status, 1, 'a job that is not there');
  same(run('jobs', 'dance', city.data).status, 2, 'a word that is no command');
  const users = JSON.parse(execFileSync(process.env.CITYHALL, ['user', 'list', city.data, '--json'], { encoding: 'utf8' }));
  const quynh = users.find(user => user.login === 'quynh');
  same(quynh?.name, NAME, 'the name');
  same(quynh.grants.map(g => `${g.role}@${g.scope_kind}:${g.scope}`).join(), 'crew@team:streets-west,supervisor@service:pothole', 'the grants');
  const last = run('user', 'disable', city.data, 'administrator');
  same(last.status, 1, 'the last administrator');
  has(last.stderr, 'make another administrator first', 'what it says');
};

export const admin = async (browser, city, { isLong }) => {
  const login = loginOf(city, 'administrator');
  const one = await visitor(browser, city);
  const two = await visitor(browser, city, { width: 320, js: false });
  const audit = auditor(join(city.folder, 'html-admin'), isLong);
  await audit.prepare(one);
  const see = (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(one, name, { status }), name));
  const { page } = one;
  let password;

  await tap.test('the administrator signs in', async () => {
    await signIn(page, login);
    await leave(page, () => page.locator('.ch-bar nav a[href="/staff/admin"]').click());
  });
  await see('admin');
  for (const name of ['people', 'teams', 'services', 'services/pothole', 'jobs', 'health', 'security', 'new-person']) {
    await page.goto(`/staff/admin/${name}`);
    await see(`admin-${name.replace('/', '-')}`);
  }
  await page.goto(`${PEOPLE}?q=nobody-like-this`);
  await see('admin-people-empty');
  await tap.test('somebody new is added', async () => { password = await addSomebody(one, see, city); });
  await tap.test('they sign in with the password that was shown', async () => signIn(two.page, { name: 'quynh', password }));
  await tap.test('a grant is looked at before it is given', () => grantMore(one, see, city));
  await page.goto(`${PEOPLE}/quynh`);
  await page.locator('main details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await see('admin-person-open');
  await tap.test('details are changed with a reason', async () => {
    await page.goto(`${PEOPLE}/rosa`);
    await page.locator('#email').fill('rosa.diaz@example.com');
    await page.locator('#why-details').fill('Married');
    await leave(page, () => submitOf(page, '/details').click());
    same(await page.locator('#email').inputValue(), 'rosa.diaz@example.com', 'the address');
    same(lastEvent(city, 'account.changed').why, 'Married', 'why');
  });
  await see('admin-person-saved');
  await tap.test('who is shut out is out at once', () => shutOut(one, two, see));
  await tap.test('nobody raises themselves', () => own(one, login));
  await see('admin-person-own');
  await tap.test('the commands see the same', () => commands(city));
  await page.goto('/staff/admin/jobs?state=waiting');
  await tap.test('a job is run again, with a reason', async () => {
    await page.locator('.ch-act').first().evaluate(d => { d.open = true; });
    await leave(page, () => page.locator('.ch-act button[value=retry]').first().click());
    same(one.served.status, 422, 'without a reason');
  });
  await see('admin-jobs-wrong', 422);
  await tap.test('and then it runs', async () => {
    const form = page.locator('.ch-act[open] form');
    await form.locator('[name=why]').fill('To see it run');
    await leave(page, () => form.locator('button[value=retry]').click());
    has(await page.locator('main').innerText(), 'Saved.', 'the page');
    same(lastEvent(city, 'job.retried').why, 'To see it run', 'why');
  });
  await page.goto('/staff/admin/jobs?state=running');
  await see('admin-jobs-empty');
  await tap.test('the installation looks at itself', async () => {
    await page.goto('/staff/admin/security');
    const text = await page.locator('main').innerText();
    for (const part of ['Address of the site', 'secret.key: 600', 'Demonstration', 'Last backup']) has(text, part, 'the page');
    await page.goto('/staff/admin/health');
    has(await page.locator('main').innerText(), 'last sign of life', 'the page');
  });
  await page.goto(`${PEOPLE}/nobody`);
  await see('admin-not-found', 404);
  await tap.test('on the way', () => none([...one.troubles, ...two.troubles], 'on the way'));
  if (audit.hasChecker()) await tap.test('the HTML of the administration', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the administration', 'there is no Java');
  for (const who of [one, two]) await who.close();
};
