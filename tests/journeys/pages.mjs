// Every public page in every state: accessible, within its width, by keyboard, valid HTML.
import { join } from 'node:path';
import { check, none, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { unseen } from './lib/routes.mjs';
import { HOSTILE, resident } from './lib/resident.mjs';

const UNKNOWN_PLACE = '77 Nowhere Blvd';

/** Goes through the public pages; `see(name)` looks at each. Gives the case's number. */
const walkReport = async (one, me, see, city) => {
  const { page } = one;
  await me.go('/services/pothole');
  await see('service');
  await me.find();
  await see('where');
  await me.where('');
  await see('where-empty', 422);
  await me.where(UNKNOWN_PLACE);
  await see('where-unknown', 422);
  await me.where('school');
  await see('where-choices');
  await me.go('/report/pothole/where');
  await me.where();
  await see('yes-no');
  await me.choose('true');
  await see('choice');
  await me.choose('tire');
  await see('photos');
  await me.photos();
  await see('details');
  await me.details('x'.repeat(5000));
  await see('details-too-long', 422);
  await me.details(`${HOSTILE}\n\n${'long'.repeat(60)}`);
  await see('who');
  await me.who({ email: 'ana@' });
  await see('who-wrong', 422);
  await me.who({ name: 'Ana Ruiz', email: 'ana@example.com', phone: '205-555-0123', stays: true });
  await walkSimilar(me, page, see);
  await see('check');
  await walkLater(me, page, see, city);
  await me.go('/report/pothole/details');
  await see('details-filled');
  await me.go('/report/pothole/check');
  await me.send();
  await see('done');
  return me.number();
};

const press = (page, name) => leave(page, () => page.locator('main').getByRole('button', { name }).first().click());

/** Asked only where something is open nearby; the caller has seen to it. */
const walkSimilar = async (me, page, see) => {
  await see('similar');
  await me.next();
  await see('similar-nothing-chosen', 422);
  await me.mineIsAnother();
};

const walkLater = async (me, page, see, city) => {
  await me.go('/report/pothole/later');
  await see('later');
  await press(page, 'Show me a code');
  await see('later-code');
  await press(page, 'Email me a link');
  await see('later-no-address', 422);
  await page.locator('#email').fill('ana@example.com');
  await press(page, 'Email me a link');
  await see('later-sent');
  if (city) {
    await page.goto(city.mail('ana@example.com').body.match(/https?:\S+\/continue\/\S+/)[0]);
    await see('continue');
  }
  await me.go('/drafts');
  await see('drafts');
  await me.go('/continue');
  await see('code');
  await page.locator('#code').fill('nonsense');
  await press(page, 'Continue');
  await see('code-wrong', 422);
  await me.go('/report/pothole/check');
};

/** Following by mail, and an account: each page in each of its states. */
const walkMail = async (one, me, see, city, number) => {
  const { page } = one;
  await me.go(`/cases/${number}/follow`);
  await see('watch');
  await press(page, 'Send me the link');
  await see('watch-no-address', 422);
  await page.locator('#email').fill('pages@example.com');
  await press(page, 'Send me the link');
  await see('watch-sent');
  await me.go('/me/sign-in');
  await see('sign-in');
  await press(page, 'Send me a link');
  await see('sign-in-no-address', 422);
  await page.locator('#email').fill('ana@example.com');
  await press(page, 'Send me a link');
  await see('sign-in-sent');
  await me.go('/me/open/no-such-link-0123456789');
  await see('sign-in-link-unknown', 410);
  const linked = (address, part) => city.mail(address).body.match(new RegExp(`https?:\\S+/${part}/\\S+`))[0];
  await page.goto(linked('pages@example.com', 'follows'));
  await see('watch-link');
  await press(page, 'Yes, send me email');
  await see('watch-confirmed');
  await page.goto(linked('ana@example.com', 'me/open'));
  await see('sign-in-link');
  await press(page, 'Sign in');
  await see('mine');
  await me.go('/me/settings');
  await see('settings');
  await page.locator('#name').fill('x'.repeat(201));
  await press(page, 'Save');
  await see('settings-too-long', 422);
  await page.locator('#name').fill('Ana Ruiz');
  await press(page, 'Save');
  await see('settings-saved');
  await me.go('/me/delete');
  await see('delete');
  await me.go(`/cases/${number}`);
  await page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await page.locator('form[action$="/steps/reopen"] textarea').fill('Again');
  await leave(page, () => page.locator('form[action$="/steps/reopen"] button').click());
  await page.goto(city.mail('pages@example.com').unsubscribe);
  await see('unfollow');
  await press(page, 'Stop the emails');
  await see('unfollowed');
};

const walkHome = async (one, me, see) => {
  await me.go('/');
  await see('home');
  await me.go('/find');
  await see('find-empty');
  await me.go('/find?q=hole');
  await see('find');
  await me.go(`/find?q=${encodeURIComponent('<b>"zeppelin" & '.repeat(9))}`);
  await see('find-nothing');
  await me.go('/groups/streets');
  await see('group');
  await me.go('/cases');
  await see('list');
  await me.go('/cases?service=pothole&from=2001-01-01&until=2001-01-02');
  await see('list-empty');
  await me.go('/cases?district=nowhere&state=open');
  await see('list-wrong', 422);
  const light = one.page;
  await me.go('/report/street-light-out/where');
  await light.locator('#place').fill('60 Banks St');
  await light.getByText('Places found: 1').waitFor({ state: 'attached' });
  await light.waitForTimeout(50);
  check(await light.locator('.ch-suggest__list').isHidden(), 'a list that repeats what was typed lies over the button');
  await press(light, 'Continue');
  await see('light-choices');
  await light.locator('label', { hasText: '48-12' }).click();
  await press(light, 'Continue');
  await me.go('/report/street-light-out/lamp');
  check(await light.locator('#lamp').isChecked(), 'the light that was chosen');
  await me.go('/cases');
  await one.page.locator('#f-q').fill('massachusetts');
  await press(one.page, 'Show');
  await see('list-found');
  await me.go(`/cases?state=open&q=${encodeURIComponent('<b>"zeppelin" & '.repeat(9))}`);
  await see('list-nothing-found');
  await me.go('/follow');
  await see('follow');
  await me.go('/follow?number=12');
  await see('follow-unknown', 404);
  await me.go('/api/');
  await see('api');
  await me.go('/no/such/page');
  await see('not-found', 404);
  await me.go('/follow/no-such-link-0123456789');
  await see('link-unknown', 410);
};

const walkCase = async (one, me, see, number, link) => {
  const { page } = one;
  await me.go(`/cases/${number}`);
  await see('case-own');
  await page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await see('case-own-open');
  await leave(page, () => page.locator('form[action$="/steps/withdraw"] button').click());
  await see('case-withdrawn');
  await page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await see('case-withdrawn-open');
  await leave(page, () => page.locator('form[action$="/rating"] button').click());
  await see('case-rating-refused', 422);
  await page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await leave(page, () => page.locator('form[action$="/steps/reopen"] button').click());
  await see('case-reopen-refused', 422);
  await me.go(`/cases/${number}/receipt`);
  await see('receipt');
  if (link) {
    await page.goto(link);
    await see('link');
  }
  await one.context.clearCookies();
  await me.go(`/cases/${number}`);
  await see('case-public');
};

export const pages = async (browser, city, { isLong }) => {
  const audit = auditor(join(city.folder, 'html'), isLong);
  const one = await visitor(browser, city, { width: 320 });
  const me = resident(one.page);
  await audit.prepare(one);
  const see = (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(one, name, { status }), name));

  await walkHome(one, me, see);
  await me.fill();
  await me.send();
  await one.context.clearCookies();
  const number = await walkReport(one, me, see, city);
  const link = city.link(number);
  await walkCase(one, me, see, number, link);
  await walkMail(one, me, see, city, number);
  await one.close();
  await tap.test('every public page was looked at', () => none(unseen(audit.pages, /^\/(?!staff|open311|api|record|healthz|metrics)/), 'not looked at'));
  if (audit.hasChecker()) await tap.test('the HTML of every page', () => none(audit.checkHtml(), 'HTML'));
  else tap.skip('the HTML of every page', 'there is no Java');
};
