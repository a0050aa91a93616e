// Requests as no browser would send them: raw bytes to the server, and a small client with cookies.
import { request } from 'node:http';
import { connect } from 'node:net';

const WAIT_MS = 20000;

/** Sends bytes on a connection of their own; gives {status, headers, body}; status 0: no answer. */
export const sendRaw = (city, bytes) => new Promise(resolve => {
  const socket = connect(city.port, '127.0.0.1');
  const chunks = [];
  const done = () => {
    const text = Buffer.concat(chunks).toString('latin1');
    const [head, ...rest] = text.split('\r\n\r\n');
    resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), headers: head, body: Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString('utf8') });
  };
  socket.setTimeout(WAIT_MS, () => socket.destroy());
  socket.on('data', data => chunks.push(data));
  socket.on('error', () => {});
  socket.on('close', done);
  socket.on('connect', () => socket.write(bytes));
});

/** One request, told nothing but what was asked: no redirect followed, no cookie kept. */
const send = (url, { method, headers, body }) => new Promise((resolve, reject) => {
  const asked = request(url, { method, headers, timeout: WAIT_MS }, answer => {
    const chunks = [];
    answer.on('data', chunk => chunks.push(chunk));
    answer.on('end', () => resolve({ answer, body: Buffer.concat(chunks).toString('utf8') }));
    answer.on('error', reject);
  });
  asked.on('timeout', () => asked.destroy(new Error(`no answer in ${WAIT_MS} ms`)));
  asked.on('error', reject);
  asked.end(body);
});

const encode = value => (Buffer.isBuffer(value) ? [...value].map(b => `%${b.toString(16).padStart(2, '0')}`).join('') : encodeURIComponent(value));

/** A form body; a Buffer is sent byte by byte, whatever it holds. */
export const form = fields => Object.entries(fields).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

/** A visitor without a browser. */
export const client = city => {
  const cookies = new Map();
  const me = {
    cookies,
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),

    async ask(method, path, { body, type = 'application/x-www-form-urlencoded', headers = {} } = {}) {
      const content = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const reply = await send(city.url + path, {
        method, body,
        headers: { ...(cookies.size ? { cookie: me.header() } : {}), ...content, ...headers },
      });
      for (const line of reply.answer.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        cookies.set(name, value);
      }
      return { status: reply.answer.statusCode, headers: new Headers({ ...reply.answer.headers, 'set-cookie': '' }), body: reply.body };
    },

    get: (path, options) => me.ask('GET', path, options),
    post: (path, fields, options = {}) => me.ask('POST', path, { body: typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : form(fields), ...options }),

    /** The token of the first form on a page. */
    async token(path) {
      const { body } = await me.get(path);
      return /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
    },

    /** Answers the steps of a pothole report up to the one named. */
    async report(until = 'check', { email = '', text = 'Deep' } = {}) {
      const csrf = await me.token('/report/pothole/where');
      const answers = { where: { place: '795 Massachusetts Ave' }, lane: { lane: 'true' }, size: { size: 'tire' }, photos: {}, details: { description: text }, who: { name: '', email, phone: '' } };
      for (const [step, fields] of Object.entries(answers)) {
        if (step === until) break;
        await me.post(`/report/pothole/${step}`, { csrf, ...fields });
      }
      return csrf;
    },
  };
  return me;
};
