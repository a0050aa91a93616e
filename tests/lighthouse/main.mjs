// Lighthouse (mobile, throttled as it does by itself) on the public pages of a demonstration city:
// performance at least 95, the other categories 100. Prints TAP and every figure.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const PAGES = ['/', '/es/', '/vi/', '/find?q=hole', '/services/pothole', '/report/pothole/where', '/cases', '/vi/cases', '/follow', '/me', '/api/'];
const LEAST = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
// A demonstration runs on this machine: without TLS, and without what a proxy in front adds.
const SKIPPED = ['is-on-https', 'redirects-http', 'uses-http2'];

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

const folder = mkdtempSync(join(tmpdir(), 'cityhall-lighthouse-'));
execFileSync(process.env.CITYHALL, ['demo', join(folder, 'city'), '--city', join(root, 'cities/port-azalea'), '--cases', '300'], { stdio: 'pipe' });
const port = await freePort();
const server = spawn(process.env.CITYHALL, ['serve', join(folder, 'city'), '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve, reject) => { server.stdout.on('data', text => /^ready /m.test(text) && resolve()); server.on('exit', () => reject(new Error('the server ended'))); });
const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: ['--headless=new', '--disable-gpu', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] });

/** A case's page, as the list leads to it. */
async function somebodysCase() {
  const list = await (await fetch(`http://127.0.0.1:${port}/cases`)).text();
  return /\/cases\/\d\d-\d+-\d/.exec(list)[0];
}

let count = 0, failed = 0;
try {
  for (const path of process.argv[2] ? [process.argv[2]] : [...PAGES, await somebodysCase()]) {
    const { lhr } = await lighthouse(`http://127.0.0.1:${port}${path}`, { port: chrome.port, onlyCategories: Object.keys(LEAST), skipAudits: SKIPPED });
    const scores = Object.fromEntries(Object.keys(LEAST).map(name => [name, Math.round((lhr.categories[name].score ?? 0) * 100)]));
    const under = Object.keys(LEAST).filter(name => scores[name] < LEAST[name]);
    failed += under.length > 0;
    console.log(`${under.length ? 'not ok' : 'ok'} ${++count} - ${path}: ${Object.entries(scores).map(([n, s]) => `${n} ${s}`).join(', ')}`);
    for (const name of under)
      for (const { id, weight } of lhr.categories[name].auditRefs) {
        const audit = lhr.audits[id];
        if (!weight || audit.score === null || audit.score >= (LEAST[name] === 100 ? 1 : 0.9)) continue;
        console.log(`#   ${name}: ${id}: ${audit.title} ${audit.displayValue ?? ''}`);
        for (const item of (audit.details?.items ?? []).slice(0, 4)) {
          const node = item.node ?? item.tapTarget;
          if (node?.snippet) console.log(`#     ${node.snippet.slice(0, 120)} ${item.size ?? ''} ${item.overlappingTarget?.snippet?.slice(0, 120) ?? ''}`);
          else if (item.href) console.log(`#     ${item.href}: ${item.text}`);
        }
      }
  }
} finally {
  chrome.kill();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
