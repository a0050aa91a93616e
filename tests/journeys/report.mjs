// A resident reports a pothole: every step, with what goes wrong on the way.
import { check, has, hasNot, same, none, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { ADDRESS, HOSTILE, at, heading, resident, stepOf } from './lib/resident.mjs';

/** A crossing that the city's layers know and its boundary leaves out. */
const OUTSIDE = 'Day St & Orchard St';
const PRIVATE_NAME = 'Ana Ruiz-Nguyễn';

/** Finds the service by a Spanish word on the English pages, and gives its place in five ways. */
const wherePage = async (page, me) => {
  await me.find('bache');
  same(await me.next().then(() => me.refused('place', '')).then(text => text.length > 0), true, 'an empty place');

  await me.where('77 Nowhere Blvd <b>');
  await me.refused('place', '77 Nowhere Blvd <b>');

  await me.where('school');
  const choices = await page.locator('input[type=radio][name=place_id]').count();
  check(choices >= 3, `an ambiguous place offers ${choices} choices`);
  await page.locator('main').getByText('Baldwin School').click();
  await me.next();
  at(page, 'lane');
  await me.back();
  at(page, 'where');

  await me.where(OUTSIDE);
  has(await me.refused('place', OUTSIDE), 'outside', 'a place outside the city');
  await me.where('795 mass ave');
  at(page, 'lane');
};

const whoPage = async (page, me) => {
  await me.who({ name: PRIVATE_NAME, email: 'ana@', phone: '205-555-0123' });
  await me.refused('email', 'ana@');
  same(await page.locator('#name').inputValue(), PRIVATE_NAME, 'the name that was typed');
  same(await page.locator('#phone').inputValue(), '205-555-0123', 'the number that was typed');
  await me.who({ name: PRIVATE_NAME, email: 'ana@example.com', phone: '205-555-0123' });
};

const checkPage = async (page, me, size) => {
  at(page, 'check');
  const text = await page.locator('main').innerText();
  for (const part of [ADDRESS, size, 'مرحبا', '<script>alert(1)</script>', 'ana@example.com'])
    has(text, part, 'the check page');
  await leave(page, () => page.locator('main a[href$="/size"]').click());
  at(page, 'size');
  check(await page.locator('input[value=tire]').isChecked(), 'the earlier answer is not chosen any more');
  const larger = await me.choose('larger');
  at(page, 'check');
  has(await page.locator('main').innerText(), larger, 'the check page after a change');
};

/** Sends twice: two presses at once where scripts run or not, then Back and once more. */
const sendTwice = async (city, page, me) => {
  const before = city.counts().cases;

  await page.locator('main').getByRole('button', { name: me.words.send, exact: true }).dblclick();
  await page.waitForURL('**/done');
  const number = await me.number();
  await page.goBack();
  if (stepOf(page) === 'check') await me.send();
  await page.waitForURL('**/done');
  same(await me.number(), number, 'the number after Back and sending again');
  same(city.counts().cases, before + 1, 'cases');
  return number;
};

const publicPage = async (browser, city, number) => {
  const other = await visitor(browser, city);
  await other.page.goto(`/cases/${number}`);
  has(await heading(other.page), ADDRESS, 'the public page');
  const served = await other.served.text();
  for (const part of [PRIVATE_NAME, 'ana@example.com', '205-555-0123', 'DROP TABLE', 'مرحبا', 'alert(1)', 'textarea'])
    hasNot(served, part, 'the public page');
  none(other.troubles, 'the public page');
  await other.close();
};

const reportOnce = async (browser, city, options) => {
  const one = await visitor(browser, city, options);
  const me = resident(one.page);

  await wherePage(one.page, me);
  await me.choose('true');
  const size = await me.choose('tire');
  await me.photos();
  await me.details(HOSTILE);
  await whoPage(one.page, me);
  await checkPage(one.page, me, size);
  const number = await sendTwice(city, one.page, me);
  await leave(one.page, () => one.page.locator(`main a[href$="/cases/${number}"]`).click());
  has(await one.page.locator('main').innerText(), '<script>alert(1)</script>', "the reporter's own page");
  await publicPage(browser, city, number);
  none(one.troubles, 'on the way');
  await one.close();
};

/** The cookies are gone while somebody writes: the page keeps the words and leads back. */
const forgotten = async (browser, city, js) => {
  const one = await visitor(browser, city, { js, width: 320 });
  const me = resident(one.page);
  await wherePage(one.page, me);
  await me.choose('true');
  await me.choose('tire');
  await me.photos();
  await one.context.clearCookies();
  await me.details(HOSTILE);
  same(one.served.status, 403, 'the status');
  same(await one.page.locator('#kept').inputValue(), HOSTILE, 'what had been written');
  const back = await one.page.locator('main a.usa-button').first().getAttribute('href');
  has(back, '/report/pothole/details', 'the way back');
  none(one.troubles, 'on the way');
  await one.close();
};

export const report = async (browser, city) => {
  for (const js of [true, false])
    await tap.test(`cookies lost while writing, scripts ${js ? 'on' : 'off'}`, () => forgotten(browser, city, js));
  for (const js of [true, false])
    for (const width of [320, 1280])
      await tap.test(`report a pothole, scripts ${js ? 'on' : 'off'}, ${width} px`, () => reportOnce(browser, city, { js, width }));
};
