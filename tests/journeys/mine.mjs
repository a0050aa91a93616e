// Going on elsewhere, and a resident's account: sign-in by mail, my requests, settings, the end.
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { at, resident } from './lib/resident.mjs';

const EMAIL = 'minh@example.com';
const OTHER = 'other@example.com';
const main = page => page.locator('main').innerText();
const press = (page, name) => leave(page, () => page.locator('main').getByRole('button', { name }).first().click());

const begin = async (page, me) => {
  await me.go('/report/pothole');
  await me.where('9 Ellery St');
  await me.choose('true');
  at(page, 'size');
};

const signIn = async (one, city, email) => {
  const { page } = one;
  await page.goto('/me');
  at(page, 'sign-in');
  await page.locator('#email').fill(email);
  await press(page, 'Send me a link');
  at(page, 'sent');
  const mail = city.mail(email.toLowerCase());
  const url = mail.body.match(/https?:\S+\/me\/open\/\S+/)[0];
  await page.goto(url);
  has(await main(page), email.toLowerCase(), 'the page of the link');
  await press(page, 'Sign in');
  same(new URL(page.url()).pathname, '/me', 'where it leads');
  return url;
};

const elsewhere = async (browser, city) => {
  const first = await visitor(browser, city, { js: false });
  const me = resident(first.page);
  await begin(first.page, me);
  await leave(first.page, () => first.page.getByRole('link', { name: 'Continue later' }).click());
  await press(first.page, 'Show me a code');
  const code = await first.page.locator('.ch-panel__number').innerText();
  check(/^[A-Z2-9]{5}-[A-Z2-9]{5}$/.test(code), `the code is ${code}`);
  await first.page.locator('#email').fill('later@example.com');
  await press(first.page, 'Email me a link');
  has(await main(first.page), 'on its way', 'after asking for mail');
  const url = city.mail('later@example.com').body.match(/https?:\S+\/continue\/\S+/)[0];

  const second = await visitor(browser, city, { js: false, width: 320 });
  await second.page.goto('/continue');
  await second.page.locator('#code').fill('AAAAA-AAAAA');
  await press(second.page, 'Continue');
  same(second.served.status, 422, 'the status of a wrong code');
  same(await second.page.locator('#code').inputValue(), 'AAAAA-AAAAA', 'what was typed');
  await second.page.locator('#code').fill(` ${code.toLowerCase()} `);
  await press(second.page, 'Continue');
  at(second.page, 'size');
  await second.page.goto('/continue');
  await second.page.locator('#code').fill(code);
  await press(second.page, 'Continue');
  same(second.served.status, 422, 'the status of a code used before');

  const third = await visitor(browser, city);
  for (let i = 0; i < 2; i++) {
    await third.page.goto(url);
    same(third.served.status, 200, 'the status of a look at the link');
  }
  await press(third.page, 'Continue here');
  at(third.page, 'size');
  const it = resident(third.page);
  await it.choose('tire');
  await third.page.goto('/drafts');
  has(await main(third.page), '9 Ellery St', 'the list of drafts');
  await press(third.page, 'Delete');
  has(await main(third.page), 'not begun any report', 'the list after throwing away');
  await first.page.goto('/report/pothole');
  at(first.page, 'where');
  none([...first.troubles, ...second.troubles, ...third.troubles], 'on the way');
  for (const one of [first, second, third]) await one.close();
};

const account = async (browser, city) => {
  // Sent before there is an account, by a browser that is gone.
  const before = await visitor(browser, city);
  const me = resident(before.page);
  await me.fill({ place: '30 Bay St', text: 'Before the account', email: EMAIL });
  await me.send();
  const number = await me.number();
  await before.close();

  const one = await visitor(browser, city, { width: 320 });
  const { page } = one;
  await page.goto('/me/sign-in');
  await page.locator('#email').fill('minh@');
  await press(page, 'Send me a link');
  same(one.served.status, 422, 'the status of a wrong address');
  const url = await signIn(one, city, 'Minh@Example.com');
  has(await main(page), '30 Bay St', 'my requests');
  await page.goto(`/cases/${number}`);
  has(await main(page), 'Before the account', 'the case as its own');
  await page.goto(url);
  same(one.served.status, 410, 'the status of a link used before');

  await begin(page, resident(page));
  await page.goto('/me');
  has(await main(page), 'Reports you have not sent yet', 'my requests with a draft');

  // Another browser of the same person: the draft is there, and is gone on with.
  const two = await visitor(browser, city);
  await signIn(two, city, EMAIL);
  await press(two.page, 'Continue');
  at(two.page, 'size');
  const it = resident(two.page);
  await it.choose('tire');
  await it.photos();
  await it.details('From two devices');
  at(two.page, 'who');
  same(await two.page.locator('#email').inputValue(), EMAIL, 'the address filled in');

  await page.goto('/me/settings');
  await page.locator('#name').fill('Minh Trần');
  await page.locator('#lang').selectOption('vi');
  await press(page, 'Save');
  same(await page.locator('#name').inputValue(), 'Minh Trần', 'the name kept');
  await press(page, /^End/);
  await two.page.goto('/me');
  at(two.page, 'sign-in');

  await page.goto('/me/delete');
  has(await main(page), 'What stays', 'the page before deleting');
  await press(page, 'Yes, delete it');
  await page.goto('/me');
  at(page, 'sign-in');
  const gone = city.sql(`SELECT (SELECT count(*) FROM resident WHERE email = '${EMAIL}') AS resident, (SELECT count(*) FROM cases WHERE number = '${number}') AS kept`)[0];
  same(JSON.stringify(gone), '{"resident":0,"kept":1}', 'what is left');
  none([...one.troubles, ...two.troubles], 'on the way');
  await one.close();
  await two.close();
};

const apart = async (browser, city) => {
  const one = await visitor(browser, city);
  const me = resident(one.page);
  await me.fill({ place: '30 Bay St', text: 'Not for others', email: EMAIL });
  await me.send();
  const number = await me.number();
  await one.close();
  const two = await visitor(browser, city);
  await signIn(two, city, OTHER);
  hasNot(await main(two.page), number, "another's requests");
  await two.page.goto(`/cases/${number}`);
  hasNot(await two.served.text(), 'Not for others', "another's case");
  for (const path of ['/me/sessions/1/end', '/me/follows/1/end', '/drafts/1', '/drafts/1/drop']) {
    const token = await two.page.evaluate(() => fetch('/me').then(r => r.text()).then(t => t.match(/name="csrf" value="([^"]+)"/)[1]));
    const reply = await two.context.request.post(path, { form: { csrf: token }, maxRedirects: 0, headers: { origin: city.url } });
    same(reply.status(), 404, `the status of ${path}`);
  }
  await two.page.goto('/me');
  await press(two.page, 'Sign out');
  await two.page.goto('/me');
  at(two.page, 'sign-in');
  // Who has an account and who has none hear the same; one address is not flooded.
  const texts = [];
  for (const email of [OTHER, 'unknown@example.com']) {
    await two.page.locator('#email').fill(email);
    await press(two.page, 'Send me a link');
    texts.push(await main(two.page));
    await two.page.goto('/me/sign-in');
  }
  same(texts[0], texts[1], 'the two answers');
  await two.close();
};

export const mine = async (browser, city) => {
  await tap.test('go on elsewhere by a code or a mailed link', () => elsewhere(browser, city));
  await tap.test('sign in by mail: my requests, drafts, settings, the end', () => account(browser, city));
  await tap.test("one account never opens another's", () => apart(browser, city));
};
