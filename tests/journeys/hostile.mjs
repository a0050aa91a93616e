// What bad input gets, over HTTP without a browser: the right status, a sentence, nothing stored,
// nothing of the inside shown, and a server that goes on.
import { check, has, hasNot, same, tap } from './lib/tap.mjs';
import { client, form, sendRaw } from './lib/http.mjs';

const INSIDE = [/\.c:\d+/, /sqlite/i, /\bSELECT\b|\bINSERT\b/, /0x[0-9a-f]{6,}/, /stack|backtrace|assert/i, /\/home\/|\/tmp\/|\/src\//, /ERR_|RC_[A-Z]/];
const MEGABYTE = 1 << 20;

// A form's token is chance, in which anything can stand.
const TOKEN = /[\w-]{40,}/g;

const showsNothing = (body, what) => {
  const said = body.replace(TOKEN, '');
  for (const pattern of INSIDE) {
    const at = said.search(pattern);
    check(at < 0, `${what}: the answer shows ${pattern}: ${said.slice(Math.max(0, at - 80), at + 200)}`);
  }
};

const oneOf = (status, wanted, what) => check(wanted.includes(status), `${what}: status ${status}, wanted ${wanted.join(' or ')}`);

/** Runs what should store nothing, and counts the rows around it. */
const storesNothing = async (city, what, body) => {
  const before = JSON.stringify(city.counts());
  await body();
  same(JSON.stringify(city.counts()), before, `${what}: rows`);
  check(city.isUp(), `${what}: the server ended: ${city.log().slice(-2000)}`);
  same((await fetch(`${city.url}/`)).status, 200, `${what}: the home page afterwards`);
};

/** One bad post to a step of a report under way: status, a sentence, nothing stored. */
const badPost = (city, name, step, fields, wanted, options = {}) => tap.test(`bad input: ${name}`, async () => {
  const me = client(city);
  const csrf = await me.report(step);
  const given = typeof fields === 'function' ? fields(csrf) : { csrf, ...fields };
  await storesNothing(city, name, async () => {
    const reply = await me.post(`/report/pothole/${step}`, given, options);
    oneOf(reply.status, wanted, name);
    showsNothing(reply.body, name);
    check(reply.body.length > 40, `${name}: the answer says nothing`);
    if (reply.status === 422) has(reply.body, 'usa-error-message', name);
  });
});

const tokens = async city => {
  await badPost(city, 'no form token', 'where', () => ({ place: '795 Massachusetts Ave' }), [403]);
  await badPost(city, 'an empty form token', 'who', () => ({ csrf: '', email: 'a@example.com' }), [403]);
  await badPost(city, 'a form token of the wrong length', 'who', csrf => ({ csrf: csrf.slice(1) }), [403]);
  await tap.test("bad input: another person's form token", async () => {
    const thief = client(city), owner = client(city);
    const stolen = await owner.report('check');
    await thief.report('check');
    await storesNothing(city, 'a stolen token', async () => {
      const reply = await thief.post('/report/pothole/check', { csrf: stolen });
      same(reply.status, 403, 'the status');
      showsNothing(reply.body, 'a stolen token');
    });
  });
  await tap.test('bad input: a form sent from another site', async () => {
    const me = client(city);
    const csrf = await me.report('check');
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
      await storesNothing(city, 'another site', async () => same((await me.post('/report/pothole/check', { csrf }, { headers })).status, 403, `the status with ${JSON.stringify(headers)}`));
  });
};

const texts = async city => {
  const large = 'long '.repeat(MEGABYTE / 5);
  await badPost(city, 'a NUL in the description', 'details', { description: Buffer.from('a\0b') }, [400, 422]);
  await badPost(city, 'invalid UTF-8 in the description', 'details', { description: Buffer.from([0x61, 0xff, 0xfe, 0xc0, 0x80]) }, [400, 422]);
  await badPost(city, 'a surrogate in UTF-8', 'details', { description: Buffer.from([0xed, 0xa0, 0x80]) }, [400, 422]);
  await badPost(city, 'a description of 1 MB', 'details', { description: large }, [413, 422]);
  await badPost(city, 'a description of 5,000 characters', 'details', { description: 'x'.repeat(5000) }, [422]);
  await badPost(city, 'a place of 20 kB', 'where', { place: 'x'.repeat(20000) }, [422]);
  await badPost(city, 'an e-mail of 2 kB', 'who', { email: `${'x'.repeat(2000)}@example.com` }, [422]);
  await badPost(city, 'a header in the e-mail', 'who', { email: 'a@example.com\r\nBcc: b@example.com' }, [422]);
  await badPost(city, 'a name of 10 kB', 'who', { name: 'x'.repeat(10000) }, [422]);
  await badPost(city, 'a name of several lines', 'who', { name: 'Ana\r\nSubject: x' }, [400, 422]);
  await badPost(city, 'a choice that is none', 'size', { size: "tire' OR 1=1 --" }, [422]);
  await badPost(city, 'a yes or no that is neither', 'lane', { lane: 'perhaps' }, [422]);
  await badPost(city, 'a place id that is none', 'where', { place_id: '../../etc/passwd', place: 'x' }, [422]);
  await badPost(city, 'an empty place', 'where', { place: '   ' }, [422]);
};

const shapes = async city => {
  const many = Array.from({ length: 10000 }, (_, i) => `f${i}=x`).join('&');
  await badPost(city, '10,000 fields', 'details', csrf => `csrf=${csrf}&${many}`, [400, 413]);
  await badPost(city, 'JSON to a form', 'details', () => '{"description":"x"}', [400, 403, 415], { type: 'application/json' });
  await badPost(city, 'XML with entities to a form', 'details', () => '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', [400, 403, 415], { type: 'text/xml' });
  await badPost(city, 'a form without a media type', 'details', csrf => Buffer.from(form({ csrf, description: 'x' })), [400, 403, 415], { type: '' });
  await badPost(city, 'a multipart form cut short', 'details', csrf => `--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--b\r\nContent-Disp`, [400], { type: 'multipart/form-data; boundary=b' });
  await badPost(city, 'a multipart form without a boundary', 'details', () => 'x', [400, 415], { type: 'multipart/form-data' });
  await badPost(city, 'broken percent signs', 'details', csrf => `csrf=${csrf}&description=%zz%`, [400, 422]);
};

const PATHS = [
  ['/../../etc/passwd', [400, 404]], ['/%2e%2e/%2e%2e/etc/passwd', [400, 404]], ['/assets/../../etc/passwd', [400, 404]],
  ['/assets/x/..%2f..%2fetc%2fpasswd', [400, 404]], ['/services/pothole%00.html', [400, 404]], ['/services/%2fpothole', [400, 404]],
  ['/services/%ff', [400, 404]], ['//services/pothole', [400, 404]], ['/services/pothole/', [308, 301, 404]],
  ['/cases/26-00001-0%0d%0aSet-Cookie:x=1', [400, 404]], ['/report/none/where', [404]], ['/report/pothole/none', [404]],
  ['/cases/999999999999999999999999999999', [404]], [`/find?q=${'x'.repeat(3000)}`, [200, 414]], ['/find?q=%00', [200, 400]],
  [`/${'x'.repeat(40000)}`, [400, 404, 414, 431, 0]],
];

const heads = async city => {
  await tap.test('bad input: tricks with paths', () => storesNothing(city, 'paths', async () => {
    for (const [path, wanted] of PATHS) {
      const reply = await sendRaw(city, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${city.port}\r\nConnection: close\r\n\r\n`);
      oneOf(reply.status, wanted, path.slice(0, 60));
      showsNothing(reply.body, path.slice(0, 60));
      hasNot(reply.body, 'root:', path.slice(0, 60));
      hasNot(reply.headers, 'Set-Cookie:x', path.slice(0, 60));
    }
  }));
  await tap.test('bad input: methods and heads', () => storesNothing(city, 'heads', async () => {
    const host = `Host: 127.0.0.1:${city.port}\r\n`;
    const asks = [
      [`BREW / HTTP/1.1\r\n${host}\r\n`, [400, 405, 501]],
      [`DELETE /cases/26-00001-7 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, [405]],
      [`POST / HTTP/1.1\r\n${host}Content-Length: 0\r\nConnection: close\r\n\r\n`, [405]],
      [`POST /report/pothole/who HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
      [`GET / HTTP/1.1\r\n${host}${host}\r\n`, [400]],
      [`GET / HTTP/1.1\r\nConnection: close\r\n\r\n`, [400]],
      [`POST /report/pothole/who HTTP/1.1\r\n${host}Content-Length: 5000000000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname=`, [413]],
      [`GET / HTTP/1.1\r\n${host}X: ${'y'.repeat(100000)}\r\n\r\n`, [400, 413, 431, 0]],
    ];
    for (const [bytes, wanted] of asks) {
      const reply = await sendRaw(city, bytes);
      oneOf(reply.status, wanted, JSON.stringify(bytes.slice(0, 50)));
      showsNothing(reply.body, JSON.stringify(bytes.slice(0, 50)));
    }
  }));
};

const othersThings = city => tap.test("bad input: another person's link, cookie and draft", async () => {
  const owner = client(city), thief = client(city);
  const csrf = await owner.report('check', { email: 'pat@example.com', text: 'My secret words' });
  await owner.post('/report/pothole/check', { csrf });
  const number = /\d\d-\d{5,}-\d/.exec((await owner.get('/report/pothole/done')).body)[0];
  has((await owner.get(`/cases/${number}`)).body, 'My secret words', "the reporter's own page");

  const token = await thief.token('/report/pothole/where');
  await storesNothing(city, 'a stranger', async () => {
    hasNot((await thief.get(`/cases/${number}`)).body, 'My secret words', 'the public page');
    oneOf((await thief.post(`/cases/${number}/steps/withdraw`, { csrf: token })).status, [403, 404], 'withdrawing it');
    oneOf((await thief.post(`/cases/${number}/steps/resolve`, { csrf: token })).status, [403, 404], 'resolving it');
    thief.cookies.set('case', 'A'.repeat(43));
    hasNot((await thief.get(`/cases/${number}`)).body, 'My secret words', 'the page with a made-up cookie');
    thief.cookies.set('draft', 'B'.repeat(43));
    oneOf((await thief.get('/report/pothole/done')).status, [303, 404, 410], 'the done page of a made-up draft');
    for (const step of ['start', 'resolve', 'none'])
      oneOf((await owner.post(`/cases/${number}/steps/${step}`, { csrf, message: 'x', outcome: 'done' })).status, [403, 404, 409, 422], `the reporter takes ${step}`);
  });
});

const drafts = (city, isLong) => tap.test('bad input: looking at forms makes no drafts', () => storesNothing(city, 'drafts', async () => {
  for (let i = 0; i < (isLong ? 1000 : 50); i++)
    same((await fetch(`${city.url}/report/pothole/where`)).status, 200, 'the status');
}));

export const hostile = async (browser, city, { isLong }) => {
  await tokens(city);
  await texts(city);
  await shapes(city);
  await heads(city);
  await othersThings(city);
  await drafts(city, isLong);
};
