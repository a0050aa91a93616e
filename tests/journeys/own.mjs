// A reporter's own case: why this date, the receipt, a word, a photo, and how it went.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, has, hasNot, none, same, tap } from './lib/tap.mjs';
import { leave, visitor } from './lib/browser.mjs';
import { resident } from './lib/resident.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const press = (page, form) => leave(page, () => page.locator(`form[action$="${form}"] button[type=submit]`).click());
const openAll = page => page.locator('details').evaluateAll(all => all.forEach(d => { d.open = true; }));
const main = page => page.locator('main').innerText();

/** The receipt as the second verifier sees it: 0 proven, 3 promised. */
const verified = (city, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'cityhall-receipt-'));
  const path = join(folder, 'receipt.txt');
  writeFileSync(path, text);
  try {
    execFileSync('python3', [join(root, 'tests/verify/verify_receipt.py'), join(city.data, 'record.pub'), path], { stdio: 'pipe' });
    return 0;
  } catch (error) {
    return error.status;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const own = async (browser, city) => {
  const one = await visitor(browser, city, { width: 320 });
  const { page } = one;
  const me = resident(page);
  let number;

  await tap.test('the done page explains the date', async () => {
    await me.find();
    await me.where();
    await me.choose('true');
    await me.choose('tire');
    await me.photos();
    await me.details('Mine alone');
    await me.who();
    await me.send();
    number = await me.number();
    await openAll(page);
    const why = await page.locator('.ch-why').innerText();
    for (const part of ['2 workdays', 'in the way of traffic? Yes', 'version'])
      has(why, part, 'the reasons');
  });

  await tap.test('others are not told the answers behind the date', async () => {
    const other = await visitor(browser, city, { js: false });
    await other.page.goto(`/cases/${number}`);
    const text = await other.served.text();
    has(text, '2 workdays', 'the public page');
    hasNot(text, 'in the way of traffic? Yes', 'the public page');
    for (const path of ['receipt', 'receipt.json', 'receipt.txt']) {
      await other.page.goto(`/cases/${number}/${path}`).catch(() => {});
      same(other.served.status, 403, `the status of another's ${path}`);
    }
    await other.close();
  });

  await tap.test('the receipt can be checked by a program that is not ours', async () => {
    await page.goto(`/cases/${number}/receipt`);
    has(await main(page), 'Signed by the city', 'the receipt');
    const text = await (await one.context.request.get(`/cases/${number}/receipt.txt`)).text();
    check([0, 3].includes(verified(city, text)), 'the receipt does not verify');
    same(verified(city, text.replace(/^filed .*$/m, 'filed 2001-01-01T00:00:00Z')), 1, 'a receipt that was changed');
    const json = await (await one.context.request.get(`/cases/${number}/receipt.json`)).json();
    same(json.text, text, 'the text within the JSON');
    same(json.number, number, 'the number within the JSON');
  });

  await tap.test('a word to the city, kept when it is wrong, once when sent twice', async () => {
    await page.goto(`/cases/${number}`);
    await openAll(page);
    await press(page, '/comments');
    same(one.served.status, 422, 'the status of saying nothing');
    for (let i = 0; i < 2; i++) {
      await openAll(page);
      await page.locator('#comment').fill('It has grown <b>wider</b>');
      await press(page, '/comments');
    }
    has(await main(page), 'Your comment has been added', 'the page');
    same((await main(page)).split('It has grown <b>wider</b>').length - 1, 1, 'times that it stands there');
    await openAll(page);
    await page.locator('#comment').fill('x'.repeat(2001));
    await press(page, '/comments');
    same(one.served.status, 422, 'the status of too long a comment');
    same((await page.locator('#comment').inputValue()).length, 2001, 'what was typed');
  });

  await tap.test('a photo is added, and nothing but a photo', async () => {
    await page.goto(`/cases/${number}`);
    await openAll(page);
    await page.locator('#photos').setInputFiles({ name: 'no.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('GIF89a not a photo') });
    await press(page, '/photos');
    same(one.served.status, 422, 'the status of what is no photo');
    await openAll(page);
    await page.locator('#photos').setInputFiles(join(root, 'tests/data/images/progressive.jpg'));
    await press(page, '/photos');
    has(await main(page), 'Your photos have been added', 'the page');
    same(await page.locator('.ch-photos img').count(), 1, 'photos');
  });

  await tap.test('after closing the reporter says how it went, and may change it', async () => {
    await openAll(page);
    await press(page, '/steps/withdraw');
    await openAll(page);
    await press(page, '/rating');
    same(one.served.status, 422, 'the status of no score');
    check(await page.locator('#score-error').isVisible(), 'there is no error at the score');
    await page.locator('label[for="score-4"]').click();
    await page.locator('#rating').fill('Quick');
    await press(page, '/rating');
    has(await main(page), 'Thank you', 'the page');
    await openAll(page);
    check(await page.locator('#score-4').isChecked(), 'the score is not kept');
    await page.locator('label[for="score-2"]').click();
    await press(page, '/rating');
    same(JSON.stringify(city.sql(`SELECT score, text FROM satisfaction WHERE cases = (SELECT id FROM cases WHERE number = '${number}')`)), '[{"score":2,"text":"Quick"}]', 'what is kept');
    await page.goto(`/cases/${number}`);
    same(await page.locator('form[action$="/comments"]').count(), 0, 'comments on a closed case');
    none(one.troubles, 'on the way');
  });
  await one.close();
};
