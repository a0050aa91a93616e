// The journeys in order, two ways at a time: each has a city of its own,
// so that one may count rows while the other fills them.
import { tap, none, same, check } from './lib/tap.mjs';
import { copyCity, makeCity, serveCity } from './lib/city.mjs';
import { openBrowser } from './lib/browser.mjs';
import { admin } from './admin.mjs';
import { acts } from './acts.mjs';
import { desk } from './desk.mjs';
import { pseudo } from './pseudo.mjs';
import { report } from './report.mjs';
import { entry } from './entry.mjs';
import { hostile } from './hostile.mjs';
import { keyboard } from './keyboard.mjs';
import { languages } from './languages.mjs';
import { link } from './link.mjs';
import { map } from './map.mjs';
import { mine } from './mine.mjs';
import { own } from './own.mjs';
import { pages } from './pages.mjs';
import { queue } from './queue.mjs';
import { staff } from './staff.mjs';
import { watch } from './watch.mjs';
import { selftest } from './selftest.mjs';
import { shots } from './shots.mjs';
import { looked } from './lib/audit.mjs';
import { unseen } from './lib/routes.mjs';

const ways = [
  { report, link, watch, own, mine, hostile, entry, admin, desk, queue },
  { selftest, pages, map, languages, pseudo, keyboard, staff, acts },
];

const options = process.argv.slice(2);
const flag = name => options.includes(`--${name}`);
const value = name => (flag(name) ? options[options.indexOf(`--${name}`) + 1] : undefined);
const cities = [];

const stopAll = async () => {
  for (const city of cities.splice(0))
    await tap.test('the server stops as it should', async () => {
      check(city.isUp(), `the server ended on the way: ${city.log().slice(-3000)}`);
      const how = await city.stop();
      same(how.code, 0, `its exit code (signal ${how.signal}; it said ${city.log().slice(-3000)})`);
      check(!/"level":"error"|ERROR|runtime error/.test(city.log()), `it logged an error: ${city.log().slice(-3000)}`);
    });
};

/** Walks one way with a server and a browser of its own; a journey that breaks off is a failure. */
const walk = async (folder, journeys) => {
  const city = await serveCity(folder);
  cities.push(city);
  if (flag('keep')) tap.comment(`the city is ${city.data} at ${city.url}`);
  const browser = await openBrowser();
  try {
    for (const [name, journey] of Object.entries(journeys))
      try {
        await journey(browser, city, { isLong: flag('long') });
      } catch (error) {
        await tap.test(`${name} to its end`, () => { throw error; });
      }
  } finally {
    await browser.close();
  }
};

const chosen = journeys => Object.fromEntries(Object.entries(journeys).filter(([name]) => !value('only') || name.includes(value('only'))));

const run = async () => {
  const folder = makeCity();
  if (value('shots')) return walk(folder, { shots: (browser, city) => shots(browser, city, value('shots')) });
  const wanted = ways.map(chosen).filter(way => Object.keys(way).length);
  const folders = wanted.map((way, i) => (i ? copyCity(folder) : folder));
  await Promise.all(wanted.map((way, i) => walk(folders[i], way)));
  if (!value('only')) await tap.test('every page of staff was looked at', () => none(unseen(looked, /^\/staff\//), 'not looked at'));
};

tap.begin();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    for (const city of cities) await city.stop();
    process.exit(1);
  });
try {
  await run();
} catch (error) {
  await tap.test('the journeys', () => { throw error; });
} finally {
  await stopAll();
}
process.exit(tap.end() ? 0 : 1);
