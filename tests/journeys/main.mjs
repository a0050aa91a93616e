// The journeys, in order, against one demonstration city and one browser.
import { tap, same, check } from './lib/tap.mjs';
import { openCity } from './lib/city.mjs';
import { openBrowser } from './lib/browser.mjs';
import { report } from './report.mjs';
import { pages } from './pages.mjs';
import { selftest } from './selftest.mjs';
import { shots } from './shots.mjs';

const journeys = { selftest, report, pages };

const options = process.argv.slice(2);
const flag = name => options.includes(`--${name}`);
const value = name => (options.includes(`--${name}`) ? options[options.indexOf(`--${name}`) + 1] : undefined);

const run = async city => {
  const browser = await openBrowser();
  try {
    if (value('shots')) return await shots(browser, city, value('shots'));
    for (const [name, journey] of Object.entries(journeys))
      if (!value('only') || name.includes(value('only')))
        await journey(browser, city, { isLong: flag('long') });
  } finally {
    await browser.close();
  }
};

tap.begin();
const city = await openCity({ keep: flag('keep') });
let isOver = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => { if (!isOver) city.stop().then(() => process.exit(1)); });
try {
  if (flag('keep')) tap.comment(`the city is ${city.data} at ${city.url}`);
  await run(city);
} catch (error) {
  await tap.test('the journeys', () => { throw error; });
} finally {
  isOver = true;
  await tap.test('the server stops as it should', async () => {
    check(city.isUp(), `the server ended on the way: ${city.log().slice(-3000)}`);
    const how = await city.stop();
    same(how.code, 0, `its exit code (signal ${how.signal}; it said ${city.log().slice(-3000)})`);
  });
}
process.exitCode = tap.end() ? 0 : 1;
