// A demonstration city in a folder of its own, served on a free port of this machine.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Broken } from './tap.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const START_MS = 60000;
const STOP_MS = 15000;
const CASES = '1500'; // of every state, service and language; each list has several pages

const folders = [];

/** A folder of one's own, removed when the program ends, however it ends, unless `--keep`. */
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cityhall-journeys-'));
  folders.push(folder);
  return folder;
};

process.on('exit', () => {
  if (process.argv.includes('--keep')) return;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.on('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const isReady = child => new Promise((resolve, reject) => {
  let said = '';
  const timer = setTimeout(() => reject(new Broken(`the server did not start: ${said}`)), START_MS);
  child.stdout.on('data', data => {
    said += data;
    if (/^ready /m.test(said)) { clearTimeout(timer); resolve(); }
  });
  child.on('exit', code => { clearTimeout(timer); reject(new Broken(`the server ended (${code}): ${said}`)); });
});

/** Makes a demonstration city in a folder of its own; `copy` of the folder makes another like it. */
export const makeCity = () => {
  const folder = newFolder();
  execFileSync(process.env.CITYHALL, ['demo', join(folder, 'city'), '--city', join(root, 'cities/port-azalea'), '--cases', CASES], { stdio: 'pipe' });
  return folder;
};

export const copyCity = from => {
  const folder = newFolder();
  cpSync(join(from, 'city'), join(folder, 'city'), { recursive: true });
  return folder;
};

/** Serves the city of a folder; `stop` ends the server. */
export const serveCity = async folder => {
  const data = join(folder, 'city');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.env.CITYHALL, ['serve', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CITYHALL_PSEUDO: '1' },
  });
  let log = '';
  child.stderr.on('data', text => { log += text; });
  const ended = new Promise(resolve => child.on('exit', (code, signal) => resolve({ code, signal })));
  const kill = () => { if (child.exitCode === null) child.kill('SIGKILL'); };
  process.on('exit', kill);
  await isReady(child);

  return {
    url, port, folder, data,
    pid: child.pid,
    log: () => log,
    isUp: () => child.exitCode === null && child.signalCode === null,

    /** Rows of a query as objects; read-only, so that a test never changes what it looks at. */
    sql(query) {
      const out = execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', join(data, 'cityhall.db'), query], { encoding: 'utf8', maxBuffer: 1 << 28 });
      return out.trim() ? JSON.parse(out) : [];
    },

    /** How many rows each table has that a resident's act may fill. */
    counts() {
      const tables = ['cases', 'party', 'contact_point', 'place', 'event', 'event_payload', 'message', 'link_token', 'clock', 'draft'];
      return this.sql(`SELECT ${tables.map(t => `(SELECT count(*) FROM ${t}) AS ${t}`).join(', ')}`)[0];
    },

    /** The private link in the last mail about a case; empty without one. */
    link(number) {
      const rows = this.sql(`SELECT body FROM message WHERE cases = (SELECT id FROM cases WHERE number = '${number}') ORDER BY id DESC LIMIT 1`);
      return rows.length ? (rows[0].body.match(/https?:\S+\/follow\/\S+/) ?? [''])[0] : '';
    },

    /** The last mail to an address: { subject, body, unsubscribe }; none without one. */
    mail(address) {
      return this.sql(`SELECT subject, body, unsubscribe FROM message WHERE address = '${address}' ORDER BY id DESC LIMIT 1`)[0];
    },

    /** The demonstration's logins, "role name password" a line; none before there is a console. */
    logins() {
      const path = join(data, 'demo-logins.txt');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },

    /** Ends the server as an operator does; says how it ended. */
    async stop() {
      const timer = setTimeout(kill, STOP_MS);
      child.kill('SIGTERM');
      const how = await ended;
      clearTimeout(timer);
      process.removeListener('exit', kill);
      return how;
    },
  };
};
