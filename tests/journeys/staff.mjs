// From the resident's report to "Resolved": staff take it, do it and tell, in browsers of their own.
import { join } from 'node:path';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { HOSTILE, resident } from './lib/resident.mjs';

const NOTE = 'Call the gas company first';
const TOLD = 'Filled with hot asphalt';
const QUESTION = 'Which side of the street?';
const TYPED = 'The other one typed this';

const opened = details => details.evaluate(d => { d.open = true; });

const colleague = (page, login) => {
  const me = {
    async signIn(password = login.password) {
      await page.goto('/staff/signin');
      await me.signInHere(password);
    },

    async signInHere(password = login.password) {
      await page.locator('#login').fill(login.name);
      await page.locator('#password').fill(password);
      await leave(page, () => page.locator('main button[type=submit]').click());
    },

    open: number => page.goto(`/staff/cases/${number}`),
    state: async () => (await page.locator('.ch-tag').first().innerText()).trim(),

    /** Takes a step as the case page offers it. */
    async take(step, fields = {}) {
      const form = page.locator(`form[action$="/steps/${step}"]`);
      await opened(page.locator('details.ch-act', { has: form }));
      for (const [name, value] of Object.entries(fields)) {
        const field = form.locator(`[name="${name}"]`);
        if (await field.evaluate(e => e.tagName) === 'SELECT') await field.selectOption(value);
        else await field.fill(value);
      }
      await leave(page, () => form.locator('button[type=submit]').click());
    },

    async note(text, visibility) {
      const form = page.locator('form[action$="/notes"]');
      await form.locator('textarea').fill(text);
      await form.locator(`label[for="${visibility === 'public' ? 'vis-2' : 'vis-1'}"]`).click();
      await leave(page, () => form.locator('button[type=submit]').click());
    },
  };
  return me;
};

const fileReport = async one => {
  const me = resident(one.page);
  await me.fill({ text: HOSTILE, email: 'pat@example.com' });
  await me.send();
  return me.number();
};

/** The staff pages on the way of one case; `see` looks at each. */
const workOnCase = async (one, agent, number, see) => {
  const { page } = one;
  await agent.signIn('not the password');
  await see('staff-signin-wrong', one.served.status);
  check(one.served.status >= 400, `a wrong password is answered with ${one.served.status}`);
  await agent.signIn();
  same(new URL(page.url()).pathname, '/staff/queue', 'the page after signing in');
  await see('staff-queue');
  check(await page.locator('tbody tr').count() > 5, 'the queue is short');
  await page.goto('/staff/queue?state=waiting&late=1&mine=1');
  await see('staff-queue-empty');
  await agent.open(number);
  await see('staff-case');
  has(await page.locator('main').innerText(), '<script>alert(1)</script>', 'what the resident said');
  await page.locator('main details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await see('staff-case-open');
  await agent.take('start');
  same(await agent.state(), 'In progress', 'the state after starting');
  await see('staff-case-saved');
  await agent.note(NOTE, 'private');
  has(await page.locator('main').innerText(), NOTE, 'the history');
  await leave(page, () => page.locator('button[name=assignee][value=me]').click());
};

/** Two have the case open; the second to act sees what changed and keeps what was typed. */
const bothEdit = async (one, agent, two, other, number, see) => {
  await other.open(number);
  await agent.open(number);
  await agent.take('ask', { message: QUESTION });
  await other.take('resolve', { outcome: 'done', message: TYPED });
  same(two.served.status, 409, 'the status of the second');
  has(await two.page.locator('main').innerText(), QUESTION, 'what the second sees of the first');
  check(await two.page.locator('textarea').evaluateAll((all, text) => all.some(a => a.value === text), TYPED), 'what the second typed is lost');
  await see('staff-case-stale', 409);
};

export const staff = async (browser, city, { isLong }) => {
  const logins = city.logins().split('\n').filter(Boolean).map(line => line.split(/\s+/)).map(([name, password]) => ({ name, password }));
  if (logins.length < 2) { tap.skip('staff do a request', 'the demonstration has no logins'); return; }
  const [first, second] = [logins.find(l => /agent/.test(l.name)) ?? logins[0], logins.find(l => /superv/.test(l.name)) ?? logins[1]];
  const person = await visitor(browser, city, { width: 320 });
  const one = await visitor(browser, city);
  const two = await visitor(browser, city);
  const agent = colleague(one.page, first), other = colleague(two.page, second);
  const audit = auditor(join(city.folder, 'html-staff'), isLong);
  await audit.prepare(person);
  await audit.prepare(one);
  await audit.prepare(two);
  const seeAs = who => (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(who, name, { status }), name));
  const see = seeAs(one);
  let number;

  await tap.test('a resident reports', async () => { number = await fileReport(person); });
  if (!number) return;
  await one.page.goto('/staff/queue');
  await tap.test('the queue asks who one is', async () => same(new URL(one.page.url()).pathname, '/staff/signin', 'the page'));
  await see('staff-signin');
  await tap.test('the agent takes the case', () => workOnCase(one, agent, number, see));
  await tap.test('two people edit: the second loses nothing', async () => {
    await other.signIn();
    await bothEdit(one, agent, two, other, number, seeAs(two));
  });
  await tap.test('the resident finds the question at the top, above the box', async () => {
    await person.page.goto(`/cases/${number}`);
    has(await person.page.locator('.ch-ask').innerText(), QUESTION, 'what is asked');
    const { y } = await person.page.locator('#message-answer').boundingBox();
    check(y < 1000, `the box stands ${y} px down`);
  });
  await seeAs(person)('case-asked');
  await tap.test('resolving asks for an outcome', async () => {
    await agent.open(number);
    await agent.take('resolve', { message: TOLD });
    same(one.served.status, 422, 'the status');
    check(await one.page.locator('form[action$="/steps/resolve"] textarea[name=message]').inputValue() === TOLD, 'the message is lost');
  });
  await see('staff-case-refused', 422);
  await tap.test('the agent resolves the case', async () => {
    await agent.take('resolve', { outcome: 'done', message: TOLD });
    same(await agent.state(), 'Resolved', 'the state');
  });
  await tap.test('the outbox shows the mail', async () => {
    await one.page.goto('/staff/outbox');
    const text = await one.page.locator('main').evaluate(m => m.textContent);
    has(text, number, 'the outbox');
    has(text, 'pat@example.com', 'the outbox');
    has(text, TOLD, 'the outbox');
    await one.page.locator('tbody details summary').first().click();
    const wide = await one.page.locator('.ch-scroll').evaluate(e => e.scrollWidth - e.clientWidth);
    check(wide <= 0, `an open message makes the table ${wide} px wider than its box`);
  });
  await see('staff-outbox');
  await one.page.goto('/staff/me');
  await see('staff-me');
  await one.page.goto('/staff/cases/26-00000-0');
  await see('staff-not-found', 404);
  await tap.test('the resident sees it resolved, and nothing private', async () => {
    await person.page.goto(`/cases/${number}`);
    const text = await person.page.locator('main').innerText();
    has(text, 'Resolved', "the reporter's page");
    has(text, TOLD, "the reporter's page");
    const stranger = await visitor(browser, city);
    await stranger.page.goto(`/cases/${number}`);
    has(await stranger.page.locator('main').innerText(), 'Resolved', 'the public page');
    for (const part of [NOTE, 'pat@example.com', 'alert(1)']) hasNot(await stranger.served.text(), part, 'the public page');
    hasNot(await person.served.text(), NOTE, "the reporter's page");
    await stranger.close();
  });
  await tap.test('a session that ended while writing loses no text', async () => {
    const { page } = one;
    await agent.open(number);
    await page.locator('form[action$="/notes"] textarea').fill(NOTE);
    await one.context.clearCookies();
    await leave(page, () => page.locator('form[action$="/notes"] button[type=submit]').last().click());
    same(one.served.status, 401, 'the status');
    same(await page.locator('#kept').inputValue(), NOTE, 'what had been written');
  });
  await see('staff-session-ended', 401);
  await tap.test('signing in again leads back to the case', async () => {
    await leave(one.page, () => one.page.locator('main a.usa-button').click());
    await agent.signInHere();
    same(new URL(one.page.url()).pathname, `/staff/cases/${number}`, 'the page');
  });
  await tap.test('after signing out the console is closed', async () => {
    await one.page.goto('/staff/me');
    await opened(one.page.locator('details.ch-menu'));
    await leave(one.page, () => one.page.locator('form[action$="/signout"] button').click());
    await one.page.goto(`/staff/cases/${number}`);
    same(new URL(one.page.url()).pathname, '/staff/signin', 'the page');
    none([...one.troubles, ...two.troubles, ...person.troubles], 'on the way');
  });
  if (audit.hasChecker()) await tap.test('the HTML of the staff pages', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the staff pages', 'there is no Java');
  for (const who of [person, one, two]) await who.close();
};
