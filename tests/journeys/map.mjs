// The moving map: opened, moved and zoomed by keys, a pin set with it; a city of its own pictures
// alone, and nothing in the console.
import { join } from 'node:path';
import { check, has, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';
import { at, resident } from './lib/resident.mjs';

const LIVE = '.ch-map__live';

const openMap = async page => {
  await page.getByRole('button', { name: 'Move the map' }).click();
  await page.locator(LIVE).waitFor();
};

/** A key that makes the map ask for another part of the city, and the part it got. */
const press = async (page, key) => {
  const asked = page.waitForResponse(response => new URL(response.url()).pathname === '/map.svg');
  await page.locator(LIVE).press(key);
  const response = await asked;
  same(response.status(), 200, `the map after ${key}`);
  return response.url();
};

const ofList = async (one, see) => {
  const { page } = one;
  await page.goto('/cases');
  const lines = await page.locator('tbody tr').count();
  await openMap(page);
  const pins = page.locator('.leaflet-marker-icon');
  await pins.first().waitFor();
  const numbers = await pins.evaluateAll(all => all.map(pin => pin.textContent.trim()));
  check(numbers.length <= lines && numbers.every(n => Number(n) >= 1 && Number(n) <= lines), `the pins are ${numbers}, the lines ${lines}`);
  const seen = new Set([await press(page, 'ArrowRight'), await press(page, '+'), await press(page, 'ArrowDown')]);
  same(seen.size, 3, 'different parts of the city');
  await see('list-map-moved');
};

/** A button below the pointer keeps its size: else all below it moves, and at its edge flickers. */
const staysUnderThePointer = async (page, name) => {
  const button = page.getByRole('button', { name });
  const { height } = await button.boundingBox();
  await button.hover();
  same((await button.boundingBox()).height, height, `the height of "${name}" below the pointer`);
};

const ofReport = async (one, see) => {
  const { page } = one;
  await page.goto('/report/pothole');
  at(page, 'where');
  for (const name of ['Move the map', 'Continue', 'Use my position']) await staysUnderThePointer(page, name);
  await openMap(page);
  await press(page, '+');
  await page.locator(LIVE).press('Enter');
  const use = page.getByRole('button', { name: 'Use the pin' });
  await use.waitFor();
  await see('where-map-pin');
  await leave(page, () => use.click());
  has(await page.locator('main').innerText(), 'Is this the right place?', 'the page after the pin');
  await see('where-pin-right');
};

/** A pin and no address, and the first button of the page: the pin is meant. */
const byContinue = async one => {
  const { page } = one;
  await page.goto('/report/pothole/where');
  await openMap(page);
  await page.locator(LIVE).press('Enter');
  await page.getByRole('button', { name: 'Use the pin' }).waitFor();
  await leave(page, () => page.getByRole('button', { name: 'Continue' }).first().click());
  has(await page.locator('main').innerText(), 'Is this the right place?', 'the page after Continue');
};

export const map = async (browser, city, { isLong }) => {
  const one = await visitor(browser, city);
  const audit = auditor(join(city.folder, 'html-map'), isLong);
  await audit.prepare(one);
  const see = (name, status) => tap.test(`page ${name}`, async () => none(await audit.look(one, name, { status }), name));

  await tap.test('the map of a list is moved', () => ofList(one, see));
  await tap.test('a pin is set with the moving map', () => ofReport(one, see));
  await tap.test('a pin is taken by Continue too', () => byContinue(one));
  await tap.test('without scripts the map stands still and no button promises more', async () => {
    const plain = await visitor(browser, city, { js: false, width: 320 });
    await resident(plain.page).go('/cases');
    same(await plain.page.locator('.ch-map__open:visible').count(), 0, 'buttons to move the map');
    await plain.close();
  });
  await tap.test('nothing went wrong with the map', () => none(one.troubles, 'on the way'));
  await one.close();
};
