// The audit itself: a page with one of each fault, so that a silent audit is noticed.
import { join } from 'node:path';
import { check, tap } from './lib/tap.mjs';
import { visitor } from './lib/browser.mjs';
import { auditor } from './lib/audit.mjs';

const FAULTY = `<!doctype html><html lang="en"><head><title>Nothing</title></head><body><main>
<h1>One</h1><h1>Two</h1><p style="color:#999;background:#fff">pale</p><img src="/assets/none.png">
<p style="width:900px">wide</p><button style="all:unset">No focus</button><button tabindex="-1">Unreachable</button>
<a href="/" style="position:absolute;top:600px">covered</a><div style="position:fixed;top:590px;left:0;width:100%;height:80px;background:#fff"></div></main></body></html>`;

const FAULTS = [/color-contrast/, /image-alt/, /px too wide/, /2 h1/, /title Nothing/, /focus does not show on button.*No focus/,
  /Tab does not reach button.*Unreachable/, /is covered by/, /console error/];

export const selftest = async (browser, city, { isLong }) => {
  await tap.test('the audit finds what is wrong with a page', async () => {
    const audit = auditor(join(city.folder, 'selftest'), isLong);
    const one = await visitor(browser, city);
    await audit.prepare(one);
    await one.page.route('**/faulty', route => route.fulfill({ body: FAULTY, contentType: 'text/html' }));
    await one.page.goto('/faulty');
    const found = await audit.look(one, 'faulty');
    for (const fault of FAULTS) check(found.some(line => fault.test(line)), `${fault} was not found in\n${found.join('\n')}`);
    if (audit.hasChecker()) check(audit.checkHtml().some(line => /style|alt|img/.test(line)), 'the HTML checker found nothing');
    await one.close();
  });
};
