// What staff have for themselves: a second factor and codes to recover it, sessions that can be
// ended, keys that can be switched off, their team's queue page by page; and the mail relay, tried.
import { createHmac } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { loginOf, signIn } from './lib/staff.mjs';
import { serveCity } from './lib/city.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SMALL_CITY = join(root, 'src/console/testdata/city');
const PASSWORD = 'a long sentence of my own';
const SETTINGS = '/staff/admin/settings';
const ARRIVES_MS = 20000;

/* ---- A second factor */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const bytesOf = text => {
  const bits = [...text.replace(/[\s=]/g, '')].map(c => ALPHABET.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
};

/** The code of RFC 6238 for now, or so many steps of 30 seconds later. */
const codeOf = (secret, steps = 0) => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const hash = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
};

/** A city that is no demonstration, with one administrator. */
const makeReal = async folder => {
  const data = join(folder, 'real', 'city');
  const run = (...args) => execFileSync(process.env.CITYHALL, args, { encoding: 'utf8' });
  execFileSync('mkdir', ['-p', dirname(data)]);
  run('init', data, '--city', SMALL_CITY);
  const password = run('user', 'add', data, 'ada', '--name', 'Ada Byron', '--role', 'administrator', '--email', 'ada@test.example').match(/(\w{5}-){3}\w{5}/)?.[0];
  check(password, 'user add prints no password');
  return { city: await serveCity(dirname(data)), password };
};

const tryToSignIn = async (page, login, password, code) => {
  await page.goto('/staff/signin');
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  if (code !== undefined) await page.locator('#code').fill(code);
  await leave(page, () => page.locator('main button[type=submit]').click());
};

const isIn = page => new URL(page.url()).pathname.startsWith('/staff/queue') || new URL(page.url()).pathname.startsWith('/staff/admin') || new URL(page.url()).pathname === '/staff/';

/** What a reader makes of the QR code on the page; null when there is none at hand. */
const scan = async (page, folder) => {
  const path = join(folder, 'qr.png');
  await page.locator('.ch-qr').screenshot({ path });
  const { error, stdout } = spawnSync('zbarimg', ['--quiet', '--raw', path], { encoding: 'utf8' });
  return error ? null : stdout.trim();
};

/** The first sign-in: a password of one's own, the authenticator, codes to keep. */
const enrol = async (one, first, look, folder) => {
  const { page } = one;
  await tryToSignIn(page, 'ada', first, '');
  const secret = (await page.locator('main dd code').first().innerText()).trim();
  await look('signin-setup');
  const scanned = await scan(page, folder);
  if (scanned === null) tap.skip('the QR code is read back', 'there is no zbarimg');
  else same(scanned, (await page.locator('main dd code').nth(1).innerText()).trim(), 'what the QR code says');
  const fill = async (password, code) => {
    await page.locator('#password').fill(password);
    await page.locator('#again').fill(password);
    await page.locator('#code').fill(code);
    await leave(page, () => page.locator('main button[type=submit]').click());
  };
  await fill('short', codeOf(secret));
  same(one.served.status, 422, 'the status of a short password');
  await look('signin-setup-wrong', 422);
  await fill(PASSWORD, codeOf(secret));
  const codes = await page.locator('main li code').allInnerTexts();
  check(codes.length >= 8, `there are ${codes.length} codes to recover`);
  await look('signin-codes');
  return { secret, codes: codes.map(c => c.trim()) };
};

const fillAccess = async (page, form, fields) => {
  const box = page.locator(`form[action$="/staff/me/${form}"]`);
  for (const [name, value] of Object.entries(fields)) await box.locator(`[name="${name}"]`).fill(value);
  await leave(page, () => box.locator('button[type=submit]').click());
};

const factors = async (browser, folder, see) => {
  const { city, password } = await makeReal(folder);
  const one = await visitor(browser, city), two = await visitor(browser, city, { width: 320 });
  const { audit, look } = see(one);
  await audit.prepare(one);
  try {
    let kept;
    await tap.test('the first sign-in sets a password and a second factor', async () => { kept = await enrol(one, password, look, folder); });
    if (!kept) return;
    await tap.test('without the code nobody gets in, with the next one they do', async () => {
      await tryToSignIn(two.page, 'ada', PASSWORD, '000000');
      check(!isIn(two.page), 'a wrong code lets in');
      await tryToSignIn(two.page, 'ada', PASSWORD, codeOf(kept.secret, 1));
      check(isIn(two.page), `the next code does not let in: ${two.page.url()}`);
    });
    await tap.test('a recovery code lets in once', async () => {
      await two.context.clearCookies();
      await tryToSignIn(two.page, 'ada', PASSWORD, kept.codes[0]);
      check(isIn(two.page), `a recovery code does not let in: ${two.page.url()}`);
      await two.context.clearCookies();
      await tryToSignIn(two.page, 'ada', PASSWORD, kept.codes[0]);
      check(!isIn(two.page), 'a used recovery code lets in again');
    });
    await tap.test('a password of one\'s own and new codes', async () => {
      await one.page.goto('/staff/me');
      await fillAccess(one.page, 'password', { current: 'wrong', password: `${PASSWORD} 2`, again: `${PASSWORD} 2` });
      same(one.served.status, 422, 'the status of a wrong password');
      await look('me-access-wrong', 422);
      await fillAccess(one.page, 'password', { current: PASSWORD, password: `${PASSWORD} 2`, again: `${PASSWORD} 2` });
      has(await one.page.locator('main').innerText(), 'Your password is changed', 'the page');
      await look('me-access-saved');
      await fillAccess(one.page, 'codes', { 'codes-password': `${PASSWORD} 2` });
      const codes = (await one.page.locator('main li code').allInnerTexts()).map(c => c.trim());
      same(codes.length, kept.codes.length, 'the new codes');
      await two.context.clearCookies();
      await tryToSignIn(two.page, 'ada', `${PASSWORD} 2`, kept.codes[1]);
      check(!isIn(two.page), 'an old recovery code lets in');
      await tryToSignIn(two.page, 'ada', `${PASSWORD} 2`, codes[0]);
      check(isIn(two.page), 'a new recovery code does not let in');
    });
    await tap.test('guessing is slowed down', async () => {
      await one.context.clearCookies();
      for (let i = 0; i < 12 && one.served.status !== 429; i++) await tryToSignIn(one.page, 'nobody', `guess ${i}`, '1');
      same(one.served.status, 429, 'the status of too many guesses');
    });
    none([...one.troubles, ...two.troubles].filter(t => !/ 429|401|403/.test(t)), 'on the way');
  } finally {
    for (const who of [one, two]) await who.close();
    same((await city.stop()).code, 0, 'how the other server ended');
  }
};

/* ---- Sessions and keys */

const sessions = async (browser, city, one, login) => {
  const two = await visitor(browser, city);
  await signIn(two.page, login);
  await one.page.goto('/staff/me');
  const rows = await one.page.locator('tbody tr').count();
  check(rows >= 2, 'the second session is not listed');
  has(await one.page.locator('main').innerText(), 'Chrome on Linux', 'the page');
  const others = one.page.locator('form[action$="/staff/me/sessions"] button');
  same(await others.count(), rows - 1, 'sessions that can be ended');
  for (let left = rows - 1; left > 0; left--) {
    await leave(one.page, () => others.first().click());
    same(await others.count(), left - 1, 'sessions that are left');
  }
  await two.page.goto('/staff/queue');
  same(new URL(two.page.url()).pathname, '/staff/signin', 'the session that was ended');
  await one.page.goto('/staff/queue');
  same(new URL(one.page.url()).pathname, '/staff/queue', 'the session that goes on');
  await two.close();
};

const keys = async ({ page }) => {
  const switchTo = async isOn => {
    await page.goto('/staff/me');
    if (await page.locator('#keys').isChecked() !== isOn) await page.locator('label[for=keys]').click();
    await leave(page, () => page.locator('form[action$="/staff/me/keys"] button').click());
    await page.goto('/staff/queue');
    await page.keyboard.press('j');
    return page.locator('tbody tr.is-current').count();
  };
  same(await switchTo(false), 0, 'rows that a key marks when keys are off');
  await page.keyboard.press('?');
  check(!await page.locator('dialog[data-keys-help]').evaluate(d => d.open), 'a key opens the help when keys are off');
  same(await switchTo(true), 1, 'rows that a key marks when they are on');
};

/* ---- The team's queue, page by page */

const paging = async ({ page }) => {
  await page.goto('/staff/queue?q=state%3Aopen&sort=oldest');
  const csv = await (await page.request.get(await page.locator('a', { hasText: /^CSV$/ }).getAttribute('href'))).text();
  const all = csv.trim().split('\r\n').slice(1).map(line => line.split(',')[0]);
  const seen = [];
  for (let pages = 0; pages < 6; pages++) {
    seen.push(...(await page.locator('tbody .ch-number').allInnerTexts()).map(n => n.trim()));
    const next = page.locator('.ch-pager a[rel=next]');
    if (!await next.count()) break;
    hasNot(await next.getAttribute('href'), 'offset', 'the address of the next page');
    await leave(page, () => next.click());
  }
  check(seen.length > 100, `only ${seen.length} rows on the first pages`);
  same(seen.join(), all.slice(0, seen.length).join(), 'the rows of the pages, in order, against the file');
};

const teams = async ({ page }) => {
  await page.goto('/staff/queue');
  const links = await page.locator('.ch-views a[href*="team"]').evaluateAll(all => all.map(a => ({ href: a.href, name: a.firstChild.textContent.trim() })));
  check(links.length > 1, 'no queues of teams are offered');
  for (const { href } of links.slice(0, 3)) {
    await page.goto(href);
    const team = new URL(href).searchParams.get('q')?.match(/team:([\w-]+)/)?.[1] ?? new URL(href).searchParams.get('team');
    check(team, `no team in ${href}`);
    const json = await (await page.request.get(await page.locator('a', { hasText: /^JSON$/ }).getAttribute('href'))).json();
    check(json.cases.length > 0, `the queue of ${team} is empty`);
    none(json.cases.filter(c => c.team !== team).map(c => `${c.number} is ${c.team}'s`), `cases in the queue of ${team}`);
  }
};

/* ---- Settings, and mail that arrives */

/** A mail relay that takes everything: what it got, by address. */
const relay = () => new Promise(resolve => {
  const got = [];
  const server = createServer(socket => {
    let text = '', isText = false, to = '';
    const say = line => socket.write(`${line}\r\n`);
    say('220 relay');
    socket.on('error', () => {});
    socket.on('data', data => {
      text += data;
      for (let end; (end = text.indexOf(isText ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const part = text.slice(0, end);
        text = text.slice(end + (isText ? 5 : 2));
        if (isText) { got.push({ to, text: part }); isText = false; say('250 taken'); }
        else if (/^EHLO/i.test(part)) say('250 relay');
        else if (/^RCPT/i.test(part)) { to = part.match(/<(.*)>/)?.[1]; say('250 ok'); }
        else if (/^DATA/i.test(part)) { isText = true; say('354 go on'); }
        else if (/^QUIT/i.test(part)) say('221 bye');
        else say('250 ok');
      }
    });
  });
  server.listen(0, '127.0.0.1', () => resolve({ got, port: server.address().port, close: () => server.close() }));
});

const fillSettings = async (page, fields) => {
  await page.goto(SETTINGS);
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name="${name}"]`).fill(value);
  await leave(page, () => page.locator(`form[action$="${SETTINGS}"] button[type=submit]`).click());
};

const settings = async (browser, city, see) => {
  const one = await visitor(browser, city);
  const { page } = one;
  const { audit, look } = see(one);
  const sink = await relay();
  await audit.prepare(one);
  await signIn(page, loginOf(city, 'administrator'));
  await page.goto(SETTINGS);
  await look('settings');
  await tap.test('a wrong relay is said at its field, and nothing is lost', async () => {
    await fillSettings(page, { smtp: 'relay.example', witnesses: 'a@press.example', why: 'New relay' });
    same(one.served.status, 422, 'the status');
    same(await page.locator('#witnesses').inputValue(), 'a@press.example', 'what was typed');
  });
  await look('settings-wrong', 422);
  await tap.test('a relay is set', async () => {
    await fillSettings(page, { smtp: `smtp://127.0.0.1:${sink.port}`, 'sender-name': 'The Desk', 'sender-address': 'desk@portazalea.example', why: 'New relay' });
    has(await page.locator('main').innerText(), 'Saved.', 'the page');
    same(city.sql("SELECT count(*) AS n FROM event WHERE kind = 'setting.changed'")[0].n, 2, 'the events');
  });
  await look('settings-saved');
  await tap.test('a test message arrives', async () => {
    await page.goto('/staff/admin/people/administrator');
    await page.goto(SETTINGS);
    const button = page.locator(`form[action$="${SETTINGS}/test"] button`);
    check(await button.count() === 1, 'the administrator has no address to send to');
    await leave(page, () => button.click());
    has(await page.locator('main').innerText(), 'on its way', 'the page');
    const mine = () => sink.got.find(mail => /test message/i.test(mail.text));
    for (const end = Date.now() + ARRIVES_MS; !mine() && Date.now() < end;) await new Promise(resolve => { setTimeout(resolve, 200); });
    check(mine(), `the message did not arrive; ${sink.got.length} others did`);
    has(mine().text, 'From: The Desk <desk@portazalea.example>', 'the message');
    await page.goto('/staff/outbox');
    has((await page.locator('tbody tr', { hasText: 'A test message' }).first().innerText()).toLowerCase(), 'sent', 'the outbox');
  });
  await page.goto(`${SETTINGS}?tried=1`);
  await look('settings-tried');
  await tap.test('the relay is taken away', async () => {
    await fillSettings(page, { smtp: '', why: 'Moves' });
    has(await page.locator('main').innerText(), 'No relay is set', 'the page');
  });
  sink.close();
  none(one.troubles, 'on the way');
  await one.close();
};

export const desk = async (browser, city, { isLong }) => {
  const login = loginOf(city, 'supervisor');
  const one = await visitor(browser, city);
  const audit = auditor(join(city.folder, 'html-desk'), isLong);
  await audit.prepare(one);
  const see = who => ({ audit, look: (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(who, name, { status }), name)) });

  await factors(browser, city.folder, see);
  await tap.test('the supervisor signs in', () => signIn(one.page, login));
  await tap.test('sessions are listed and ended', () => sessions(browser, city, one, login));
  await see(one).look('me');
  await tap.test('keys are switched off and on', () => keys(one));
  await tap.test('pages follow each other without a gap', () => paging(one));
  await tap.test("each team's queue holds its cases alone", () => teams(one));
  await settings(browser, city, see);
  await tap.test('on the way', () => none(one.troubles, 'on the way'));
  if (audit.hasChecker()) await tap.test('the HTML of the desk', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of the desk', 'there is no Java');
  await one.close();
};
