// A whole report by keyboard alone: Tab, Space, Enter, arrows and typing.
import { check, none, tap } from './lib/tap.mjs';
import { visitor } from './lib/browser.mjs';
import { at, stepOf, resident } from './lib/resident.mjs';

const MAX_TABS = 40;

/** Presses Tab until what matches has the focus. */
const tabTo = async (page, selector) => {
  for (let i = 0; i < MAX_TABS; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(s => document.activeElement?.matches(s) ?? false, selector)) return;
  }
  check(false, `Tab never reaches ${selector} on ${page.url()}`);
};

const enter = async page => {
  const before = page.url();
  await page.keyboard.press('Enter');
  await page.waitForURL(url => url.href !== before);
};

const reportByKeys = async (browser, city, js) => {
  const one = await visitor(browser, city, { width: 1280, js });
  const { page } = one;
  const me = resident(page);

  await me.go('/');
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.matches('.usa-skipnav')), 'the first Tab does not reach the skip link');
  await page.keyboard.press('Enter');
  await tabTo(page, '#q');
  await page.keyboard.type('pothole');
  await enter(page);
  await tabTo(page, 'main a[href$="/services/pothole"]');
  await enter(page);
  await tabTo(page, 'main a[href$="/report/pothole"]');
  await enter(page);
  at(page, 'where');
  await tabTo(page, '#place');
  await page.keyboard.type(js ? '795 massachus' : '795 mass ave');
  if (js) {
    await page.locator('[role=option]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    check(await page.locator('#place-id').inputValue() !== '', 'no place was taken from the suggestions');
  }
  await tabTo(page, 'main button[type=submit]');
  await enter(page);
  at(page, 'lane');
  await tabTo(page, 'input[name=lane]');
  await page.keyboard.press('Space');
  await tabTo(page, 'main button[type=submit]');
  await enter(page);
  await tabTo(page, 'input[name=size]');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'main button[type=submit]');
  await enter(page);
  at(page, 'photos');
  await tabTo(page, 'main button[type=submit]:not([name])');
  await enter(page);
  await tabTo(page, '#description');
  await page.keyboard.type('By keys');
  await tabTo(page, 'main button[type=submit]');
  await enter(page);
  await tabTo(page, '#email');
  await page.keyboard.type('keys@example.com');
  await enter(page);
  if (stepOf(page) === 'similar') {
    await tabTo(page, 'input[name=case]');
    await page.keyboard.press('ArrowUp');
    check(await page.locator('#case-none').isChecked(), 'the last choice is not reached by a key');
    await tabTo(page, 'main button[type=submit]');
    await enter(page);
  }
  at(page, 'check');
  await tabTo(page, 'main button[type=submit]');
  await enter(page);
  await me.number();
  none(one.troubles, 'on the way');
  await one.close();
};

export const keyboard = async (browser, city) => {
  for (const js of [true, false])
    await tap.test(`report by keyboard alone, scripts ${js ? 'on' : 'off'}`, () => reportByKeys(browser, city, js));
};
