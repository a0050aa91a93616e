// Pictures of the main pages for people to look at: phone and desk, light and dark.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { visitor } from './lib/browser.mjs';
import { HOSTILE, resident } from './lib/resident.mjs';

const SCREENS = [{ width: 390 }, { width: 390, dark: true }, { width: 1280 }, { width: 1280, dark: true }];

const walk = async (page, shoot) => {
  const me = resident(page);
  await me.go('/');
  await shoot('home');
  await me.go('/find?q=hole');
  await shoot('find');
  await me.go('/find?q=zeppelin');
  await shoot('find-nothing');
  await me.go('/services/pothole');
  await shoot('service');
  await me.find();
  await shoot('where');
  await me.where('school');
  await shoot('where-choices');
  await me.go('/report/pothole/where');
  await me.where('77 Nowhere Blvd');
  await shoot('where-error');
  await me.where();
  await shoot('yes-no');
  await me.choose('true');
  await shoot('choice');
  await me.choose('tire');
  await shoot('photos');
  await me.photos();
  await shoot('details');
  await me.details(HOSTILE);
  await shoot('who');
  await me.who({ email: 'ana@' });
  await shoot('who-error');
  await me.who({ name: 'Ana Ruiz', email: 'ana@example.com' });
  await shoot('check');
  await me.send();
  await shoot('done');
  const number = await me.number();
  await me.go(`/cases/${number}`);
  await shoot('case-own');
  await page.locator('summary').first().click();
  await shoot('case-own-open');
  await page.context().clearCookies();
  await me.go(`/cases/${number}`);
  await shoot('case-public');
  await me.go('/no/such/page');
  await shoot('404');
};

/** Fills the folder with `<page>-<width>-<light|dark>.png`. */
export const shots = async (browser, city, folder) => {
  mkdirSync(folder, { recursive: true });
  for (const screen of SCREENS) {
    const one = await visitor(browser, city, screen);
    const theme = screen.dark ? 'dark' : 'light';
    await walk(one.page, name => one.page.screenshot({ path: join(folder, `${name}-${screen.width}-${theme}.png`), fullPage: true }));
    await one.close();
  }
};
