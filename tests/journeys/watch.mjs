// Is it one of these? Following by mail in place of reporting, and the two ends of that mail.
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { at, resident } from './lib/resident.mjs';

const PLACE = '51 Inman St';
const pathOf = page => new URL(page.url()).pathname;

/** Reports at PLACE up to the question whether it is one of those nearby. */
const upToSimilar = async (me, email) => {
  await me.find();
  await me.where(PLACE);
  await me.choose('false');
  await me.choose('tire');
  await me.photos();
  await me.details('The same hole, I think');
  await me.who({ email, stays: true });
};

const press = page => leave(page, () => page.locator('main button[type=submit]').click());

const followInstead = async (browser, city, number, options) => {
  const email = `li${options.js ? '' : '-plain'}@example.com`;
  const one = await visitor(browser, city, options);
  const me = resident(one.page);
  const before = city.counts();
  await upToSimilar(me, email);
  at(one.page, 'similar');
  await me.next();
  same(one.served.status, 422, 'the status of choosing nothing');
  has(await one.page.locator('#case-error').innerText(), 'Error', 'the error');
  await one.page.locator(`input[value="${number}"]`).evaluate(input => document.querySelector(`label[for="${input.id}"]`).click());
  await me.next();
  same(pathOf(one.page), `/cases/${number}/follow/sent`, 'where it leads');
  same(city.counts().cases, before.cases, 'cases');
  same(city.counts().draft, before.draft, 'drafts: the dropped one is gone');
  await one.page.goto('/report/pothole');
  at(one.page, 'where');
  const mail = city.mail(email);
  hasNot(mail.body, 'The same hole', 'the mail that asks');
  const url = mail.body.match(/https?:\S+\/follows\/\S+/)[0];
  await one.page.goto(url);
  same(city.sql('SELECT count(*) AS n FROM follower WHERE email = \'' + email + '\'')[0].n, 0, 'followers after a look');
  await press(one.page);
  has(await one.page.locator('h1').innerText(), 'You will get email updates', 'after confirming');
  none(one.troubles, 'on the way');
  await one.close();
  return email;
};

const told = async (browser, city, number, owner, email) => {
  await owner.page.goto(`/cases/${number}`);
  await owner.page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await leave(owner.page, () => owner.page.locator('form[action$="/steps/withdraw"] button').click());
  await owner.page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await owner.page.locator('form[action$="/steps/reopen"] textarea').fill('My secret reason');
  await leave(owner.page, () => owner.page.locator('form[action$="/steps/reopen"] button').click());
  const mail = city.mail(email);
  has(mail.subject, number, 'the subject');
  hasNot(mail.body, 'secret reason', 'the mail to a follower');
  hasNot(mail.body, '/follow/', 'the mail to a follower has no private link');
  check(mail.unsubscribe.includes('/unfollow/'), `List-Unsubscribe is ${mail.unsubscribe}`);
  return mail.unsubscribe;
};

export const watch = async (browser, city) => {
  const owner = await visitor(browser, city);
  const me = resident(owner.page);
  let number, second, end;

  await tap.test('a browser that filed two reports owns both', async () => {
    await me.fill({ place: PLACE, text: 'First of mine' });
    await me.send();
    number = await me.number();
    await me.fill({ place: 'Sherman St & Rindge Ave', text: 'Second of mine' });
    await me.send();
    second = await me.number();
    for (const [own, text] of [[number, 'First of mine'], [second, 'Second of mine']]) {
      await owner.page.goto(`/cases/${own}`);
      has(await owner.page.locator('main').innerText(), text, `the page of ${own}`);
    }
  });

  await tap.test('a browser keeps a draft of each service', async () => {
    const one = await visitor(browser, city, { js: false });
    const it = resident(one.page);
    await it.go('/report/pothole');
    await it.where(PLACE);
    at(one.page, 'lane');
    await it.go('/report/sidewalk');
    await it.where(PLACE);
    await it.go('/report/pothole');
    at(one.page, 'lane');
    await it.go('/report/sidewalk');
    check(!one.page.url().endsWith('/where'), `the second draft is at ${one.page.url()}`);
    await one.close();
  });

  for (const js of [true, false])
    await tap.test(`follow one that is open nearby, scripts ${js ? 'on' : 'off'}`, async () => {
      const email = await followInstead(browser, city, number, { js, width: 320 });
      end = await told(browser, city, number, owner, email);
    });

  await tap.test('a mail program ends it by one POST without a session', async () => {
    const active = () => city.sql('SELECT count(*) AS n FROM follower WHERE ended IS NULL')[0].n;
    const before = active();
    same((await fetch(end)).status, 200, 'the status of a look');
    same(active(), before, 'followers after a look');
    const reply = await fetch(end, {
      method: 'POST', redirect: 'manual', body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    check(reply.status < 400, `the status of one click is ${reply.status}`);
    same(active(), before - 1, 'followers after one click');
    const one = await visitor(browser, city);
    await one.page.goto(end);
    has(await one.page.locator('h1').innerText(), 'no more email', 'the page after it');
    await one.page.goto('/unfollow/AAAAAAAAAAAAAAAAAAAAAAAA');
    same(one.served.status, 410, 'the status of a made-up link');
    await one.close();
  });

  await tap.test('asking says the same for every address', async () => {
    const one = await visitor(browser, city, { js: false });
    await one.page.goto(`/cases/${number}/follow`);
    await one.page.locator('#email').fill('nobody@');
    await press(one.page);
    same(one.served.status, 422, 'the status of a wrong address');
    same(await one.page.locator('#email').inputValue(), 'nobody@', 'what was typed');
    const texts = [];
    for (const email of ['li@example.com', 'new-one@example.com']) {
      await one.page.goto(`/cases/${number}/follow`);
      await one.page.locator('#email').fill(email);
      await press(one.page);
      texts.push(await one.page.locator('main').innerText());
    }
    same(texts[0], texts[1], 'the two answers');
    // One address is not flooded.
    for (let i = 0; i < 7; i++) {
      await one.page.goto(`/cases/${number}/follow`);
      await one.page.locator('#email').fill('flood@example.com');
      await press(one.page);
    }
    same(city.sql("SELECT count(*) AS n FROM message WHERE address = 'flood@example.com'")[0].n, 5, 'mails to one address in a day');
    await one.close();
  });
  await owner.close();
};
