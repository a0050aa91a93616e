// What staff do to a case beside its workflow: each act by one or two people in browsers of their
// own, with what undoes it, and with the other one being quicker.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { client } from './lib/http.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const PHOTO = join(root, 'tests/data/images/progressive.jpg');
const SECRET = 'My neighbor Zacharias did it';

/** A report sent without a browser; gives its number. */
const file = async (city, { email = '', text = 'By the bus stop' } = {}) => {
  const me = client(city);
  const csrf = await me.report('check', { email, text });
  const sent = await me.post('/report/pothole/check', { csrf });
  let { body } = await me.get(sent.headers.get('location'));
  const number = /\b\d\d-\d{5,}-\d\b/.exec(body)?.[0];
  check(number, `no number after sending (${sent.status}): ${body.slice(0, 300)}`);
  return number;
};

const colleague = (page, login) => ({
  page,
  async signIn() {
    await page.goto('/staff/signin');
    await page.locator('#login').fill(login.name);
    await page.locator('#password').fill(login.password);
    await leave(page, () => page.locator('main button[type=submit]').click());
  },
  open: (number, verb = '') => page.goto(`/staff/cases/${number}${verb}`),
  text: () => page.locator('main').innerText(),
  press: value => leave(page, () => page.locator(`main button[name=act][value=${value}]`).first().click()),

  /** Fills what an act's form asks; a value of true checks the box. */
  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = page.locator(`.ch-act-page [name="${name}"]`).first();
      const tag = await field.evaluate(e => `${e.tagName} ${e.type}`);
      if (/SELECT/.test(tag)) await field.selectOption(value);
      else if (/radio/.test(tag)) await page.locator(`.ch-act-page [name="${name}"][value="${value}"]`).evaluate(e => { e.checked = true; });
      else if (/checkbox/.test(tag)) await field.evaluate(e => { e.checked = true; });
      else { await field.fill(value); await field.blur(); }
    }
  },

  /** A form of the case's own page. */
  async send(action, fields = {}, button = 'button[type=submit]') {
    const all = page.locator(`form[action$="${action}"]`);
    const form = (Object.keys(fields).length ? all.filter({ has: page.locator('select, textarea, input:not([type=hidden])') }) : all).first();
    await form.evaluate(f => { const d = f.closest('details'); if (d) d.open = true; });
    for (const [name, value] of Object.entries(fields)) {
      const field = form.locator(`[name="${name}"]`);
      if (await field.evaluate(e => e.tagName) === 'SELECT') await field.selectOption(value);
      else await field.fill(value);
    }
    await leave(page, () => form.locator(button).last().click());
  },
});

const clocksOf = (city, number) => city.sql(`SELECT k.kind, k.due, k.met, k.paused FROM clock k JOIN cases c ON c.id = k.cases WHERE c.number = '${number}' ORDER BY k.id`);
const stateOf = (city, number) => city.sql(`SELECT state, outcome, due, team, merged_into FROM cases WHERE number = '${number}'`)[0];

const transfer = async (city, agent, number, see) => {
  const before = JSON.stringify([stateOf(city, number), clocksOf(city, number)]);
  await agent.open(number, '/transfer');
  await see('act-transfer');
  await agent.press('plan');
  await see('act-transfer-refused', 422);
  await agent.fill({ service: 'tree-limb', reason: 'A limb lies in it' });
  await agent.press('plan');
  await see('act-transfer-asks');
  await agent.fill({ 'f.trouble': 'hangs' });
  await agent.press('plan');
  has(await agent.text(), 'Forestry', 'what changes');
  same(await agent.page.locator('#reason').inputValue(), 'A limb lies in it', 'the reason');
  await see('act-transfer-plan');
  await agent.press('do');
  has(await agent.text(), 'Transferred to Tree', 'the history');
  has(await agent.text(), 'Like a tire', 'the answer left behind');
  has(await agent.page.locator('.ch-case__head').innerText(), number, 'the number');
  await see('case-transferred');
  const [told] = city.sql("SELECT body FROM message WHERE notice = 'transferred' AND address = 'pat@example.com' ORDER BY id DESC LIMIT 1");
  has(told?.body ?? '', '/follow/', 'what the reporter is told of the transfer');
  await agent.open(number, '/transfer');
  await agent.fill({ service: 'street-light-out', reason: 'A lamp lit it' });
  // The page asks for no lamp: whoever sends one all the same is told what is wrong with it.
  await agent.page.locator('#reason').evaluate(e => {
    const lamp = document.createElement('input');
    Object.assign(lamp, { type: 'hidden', name: 'f.lamp', value: 'MINE' });
    e.form.append(lamp);
  });
  await agent.press('plan');
  has(await agent.page.locator('#lamp-error').innerText(), 'does not have this one', 'the sentence at the lamp');
  await see('act-transfer-asset', 422);
  await agent.fill({ service: 'pothole', reason: 'It is a hole after all' });
  await agent.press('plan');
  await agent.press('do');
  same(JSON.stringify([stateOf(city, number), clocksOf(city, number)]), before, 'the case after the way back');
};

const move = async (city, agent, number, see) => {
  const due = JSON.stringify(clocksOf(city, number));
  await agent.open(number, '/place');
  await see('act-place');
  await agent.fill({ place: '30.0,-70.0' });
  await agent.press('plan');
  await see('act-place-refused', 422);
  await agent.fill({ place: 'library' });
  await agent.press('plan');
  check(await agent.page.locator('input[name=choice]').count() > 1, 'no choices for "library"');
  await see('act-place-choices');
  await agent.open(number, '/place');
  await agent.fill({ place: 'Sherman St & Rindge Ave' });
  await agent.press('plan');
  has(await agent.text(), 'Streets West', 'the team of the new place');
  await see('act-place-plan');
  await agent.press('do');
  has(await agent.page.locator('h1').innerText(), 'Sherman St', 'the heading');
  same(JSON.stringify(clocksOf(city, number)), due, 'the clocks');
  await agent.open(number, '/place');
  await agent.fill({ place: '795 Massachusetts Ave' });
  await agent.press('plan');
  await agent.press('do');
  has(await agent.page.locator('h1').innerText(), '795 Massachusetts Ave', 'the heading');
};

const merge = async (browser, city, boss, { one, two }, see) => {
  const before = JSON.stringify([stateOf(city, one), clocksOf(city, one)]);
  await boss.open(one, '/merge');
  await see('act-merge');
  await boss.fill({ into: '26-99999-9', reason: 'The same hole' });
  await boss.press('plan');
  await see('act-merge-refused', 422);
  await boss.fill({ into: two });
  await boss.press('plan');
  await see('act-merge-plan');
  await boss.press('do');
  has(await boss.text(), 'Merged into another case', 'the page of the merged case');
  await see('case-merged');
  await boss.open(two);
  has(await boss.text(), `${one} was merged into this case`, 'the page of the other one');
  const told = city.sql(`SELECT body, unsubscribe FROM message WHERE notice = 'merged' AND address = 'pat@example.com'`);
  same(told.length, 1, 'mails about the merge');
  has(told[0].body, two, 'the mail');
  check(told[0].unsubscribe.includes('/unfollow/'), 'the mail has no way out');
  same(city.sql(`SELECT count(*) AS n FROM follower f JOIN cases c ON c.id = f.cases WHERE c.number = '${two}' AND f.ended IS NULL`)[0].n, 1, 'followers of the other one');
  const stranger = await visitor(browser, city, { width: 320 });
  await stranger.page.goto(`/cases/${one}`);
  await leave(stranger.page, () => stranger.page.getByRole('link', { name: `Go on to ${two}` }).click());
  same(new URL(stranger.page.url()).pathname, `/cases/${two}`, 'where the public page leads');
  await stranger.close();
  await boss.open(one, '/unmerge');
  await see('act-unmerge');
  await boss.fill({ reason: 'Another hole' });
  await boss.press('do');
  same(JSON.stringify([stateOf(city, one), clocksOf(city, one)]), before, 'the case after the undo');
  same(city.sql(`SELECT count(*) AS n FROM follower WHERE ended IS NULL`)[0].n, 0, 'followers after the undo');
};

/** Every act of the supervisor, with the agent being quicker each time. */
const bothEdit = async (agent, boss, number, other, see) => {
  const acts = [
    ['/transfer', { service: 'sidewalk' }, true], ['/place', { place: '30 Cedar St' }, true],
    ['/team', { team: 'forestry' }, false], ['/merge', { into: other }, true],
    ['/hide', {}, false], ['/redact', { what: 'description', sure: true }, false],
  ];
  for (const [i, [verb, fields, isPlanned]] of acts.entries()) {
    const typed = verb === '/place' ? fields : { ...fields, reason: `Typed for ${verb}` };
    await boss.open(number, verb);
    await boss.fill(typed);
    if (isPlanned) await boss.press('plan');
    await agent.open(number);
    await agent.send('/assign', { assignee: i % 2 ? '' : 'agent' });
    await boss.press('do');
    has(await boss.text(), 'Somebody changed this case', `${verb}: what the second is told`);
    has(await boss.text(), 'Assigned', `${verb}: what the first did`);
    const kept = await boss.page.locator('.ch-act-page textarea, .ch-act-page input[type=text]').evaluateAll(all => all.map(e => e.value).join('|'));
    has(kept, verb === '/place' ? '30 Cedar St' : `Typed for ${verb}`, `${verb}: what the second typed`);
    if (verb === '/merge') await see('act-merge-stale', 409);
  }
};

const privacy = async (browser, city, agent, boss, number, see) => {
  const stranger = await visitor(browser, city, { width: 320 });
  const shown = async () => { await stranger.page.goto(`/cases/${number}`); return stranger.page.locator('main').innerText(); };
  hasNot(await shown(), SECRET, 'the public page before the release');
  await agent.open(number);
  await agent.send('/description');
  has(await shown(), SECRET, 'the public page after the release');
  await agent.open(number);
  await agent.send('/description');
  hasNot(await shown(), SECRET, 'the public page after it was taken back');
  await boss.open(number, '/hide');
  await see('act-hide');
  await boss.fill({ reason: 'Names a person' });
  await boss.press('do');
  await see('case-hidden');
  await shown();
  same(stranger.served.status, 404, 'the public page of a hidden case');
  await boss.open(number, '/hide');
  await boss.fill({ reason: 'Looked at' });
  await boss.press('do');
  await shown();
  same(stranger.served.status, 200, 'the public page of a case shown again');
  await agent.open(number);
  await agent.send('/notes', { note: `Call ${SECRET}` });
  await boss.open(number, '/redact');
  await see('act-redact');
  await boss.press('do');
  await see('act-redact-refused', 422);
  for (const what of [`Call ${SECRET}`, SECRET]) {
    await boss.open(number, '/redact');
    await boss.page.locator('.usa-radio__label', { hasText: what }).last().click();
    await boss.fill({ reason: 'Court order 7', sure: true });
    await boss.press('do');
  }
  hasNot(await boss.text(), 'Zacharias', 'the page after redacting');
  has(await boss.text(), 'Court order 7', 'the page after redacting');
  same(city.sql(`SELECT count(*) AS n FROM event_payload WHERE payload LIKE '%Zacharias%'`)[0].n, 0, 'payloads with the text');
  await see('case-redacted');
  await stranger.close();
};

const replies = async (browser, city, login, agent, number) => {
  await agent.open(number);
  const form = agent.page.locator('form[action$="/steps/ask"]');
  await form.evaluate(f => { f.closest('details').open = true; });
  await form.locator('select[name=reply]').selectOption('where-exactly');
  has(await form.locator('textarea[name=message]').inputValue(), '795 Massachusetts Ave', 'the reply filled in by the script');
  const note = agent.page.locator('form[action$="/notes"]');
  await note.locator('select[name=reply]').selectOption('where-exactly');
  has(await note.locator('textarea').inputValue(), '795 Massachusetts Ave', 'the reply filled into a note');
  const plain = await visitor(browser, city, { js: false, width: 320 });
  const other = colleague(plain.page, login);
  await other.signIn();
  await other.open(number);
  await plain.page.locator('summary', { hasText: 'Ask the resident' }).click();
  const own = plain.page.locator('form[action$="/steps/ask"]');
  await own.locator('textarea[name=message]').fill('Dear Pat,');
  await own.locator('select[name=reply]').selectOption('where-exactly');
  await leave(plain.page, () => own.locator('button[name=fill]').click());
  const filled = await plain.page.locator('form[action$="/steps/ask"] textarea[name=message]').inputValue();
  check(/^Dear Pat,\n\n.*795 Massachusetts Ave/s.test(filled), `the reply without scripts: ${filled}`);
  await leave(plain.page, () => plain.page.locator('form[action$="/steps/ask"] button[type=submit]').last().click());
  has(await other.text(), 'Paused', 'the clock of a case that waits');
  await plain.close();
};

const work = async (city, agent, boss, number, see) => {
  await agent.open(number);
  await agent.send('/steps/answer', { message: 'They called: the left side' });
  await agent.send('/steps/schedule', { month: '12', day: '1', year: '2026' });
  has(await agent.text(), 'December 1, 2026', 'the date of the work');
  const form = agent.page.locator('form[action$="/steps/resolve"]');
  await form.evaluate(f => { f.closest('details').open = true; });
  await form.locator('input[type=file]').setInputFiles({ name: 'no.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
  await agent.send('/steps/resolve', { outcome: 'done', message: 'Filled' });
  await see('case-photo-refused', 422);
  same(await agent.page.locator('form[action$="/steps/resolve"] textarea[name=message]').inputValue(), 'Filled', 'the message');
  await agent.page.locator('form[action$="/steps/resolve"] input[type=file]').setInputFiles(PHOTO);
  await agent.send('/steps/resolve');
  has(await agent.text(), 'Photo added', 'the history');
  same(await agent.page.locator('.ch-photos img').count(), 1, 'photos');
  await see('case-resolved');
  await agent.send('/photos/' + (await agent.page.locator('form[action*="/photos/"]').getAttribute('action')).split('/').pop(), {}, 'button[value=public]');
  await boss.open(number);
  await boss.send('/steps/reopen', { message: 'It has come back' });
  has(await boss.page.locator('.ch-case__head').innerText(), 'Received', 'the state');
  await agent.open(number, '/work-order');
  has(await agent.text(), '795 Massachusetts Ave', 'the work order');
  await see('work-order');
};

const beside = async (city, agent, number, other, see) => {
  await agent.open(number);
  await agent.send('/links', { other: 'nothing' });
  await see('case-link-refused', 422);
  await agent.send('/links', { other });
  has(await agent.text(), `Linked with ${other}`, 'the history');
  await agent.send('/links', {}, 'button[value=end]');
  await agent.send('/followers', { email: 'no address', lang: 'es' });
  await see('case-follower-refused', 422);
  await agent.send('/followers', { email: 'ana@example.com' });
  const [mail] = city.sql(`SELECT lang, body FROM message WHERE address = 'ana@example.com' ORDER BY id DESC LIMIT 1`);
  same(mail.lang, 'es', 'the language of the mail');
  has(mail.body, '/follows/', 'the mail');
};

export const acts = async (browser, city, { isLong }) => {
  const logins = city.logins().split('\n').filter(Boolean).map(line => line.split(/\s+/)).map(([name, password]) => ({ name, password }));
  const first = logins.find(l => /agent/.test(l.name)), second = logins.find(l => /superv/.test(l.name));
  const one = await visitor(browser, city, { width: 320 });
  const two = await visitor(browser, city);
  const agent = colleague(one.page, first), boss = colleague(two.page, second);
  const audit = auditor(join(city.folder, 'html-acts'), isLong);
  await audit.prepare(one);
  await audit.prepare(two);
  const seeAs = who => (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(who, name, { status }), name));
  const see = seeAs(one), look = seeAs(two);
  const number = await file(city, { email: 'pat@example.com', text: SECRET });
  const other = await file(city);

  await agent.signIn();
  await boss.signIn();
  await tap.test('a case goes to another service, and back', () => transfer(city, agent, number, see));
  await tap.test('a case gets another place; its clocks stay', () => move(city, agent, number, see));
  await tap.test('a supervisor gives it to another team', async () => {
    await boss.open(other, '/team');
    await look('act-team');
    await boss.fill({ team: 'forestry', reason: 'Roots' });
    await boss.press('do');
    has(await boss.text(), 'Given to Urban Forestry', 'the history');
  });
  await tap.test('two cases are merged, and taken apart again', () => merge(browser, city, boss, { one: number, two: other }, look));
  await tap.test('who is second sees what changed and loses nothing, whatever they do', () => bothEdit(agent, boss, number, other, look));
  await tap.test('cases are linked; somebody else follows', () => beside(city, agent, number, other, see));
  await tap.test('canned replies, with and without scripts; asking pauses the clock', () => replies(browser, city, first, agent, number));
  await tap.test('answered, scheduled, resolved with a photo, reopened, on paper', () => work(city, agent, boss, number, see));
  await tap.test('text is released, taken back, hidden and redacted', () => privacy(browser, city, agent, boss, number, look));
  await tap.test('nothing went wrong on the way', () => none([...one.troubles, ...two.troubles], 'on the way'));
  if (audit.hasChecker()) await tap.test('the HTML of the pages of acts', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the pages of acts', 'there is no Java');
  for (const who of [one, two]) await who.close();
};
