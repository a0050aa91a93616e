// Signing in as one of the demonstration's staff, and a keyboard that counts.
import { Broken, check } from './tap.mjs';
import { leave } from './browser.mjs';

/** The demonstration's login whose name begins so: {name, password}. */
export const loginOf = (city, role) => {
  const lines = city.logins().split('\n').filter(Boolean).map(line => line.split(/\s+/));
  const [name, password] = lines.find(([login]) => login.startsWith(role)) ?? [];
  if (!name) throw new Broken(`the demonstration has no login ${role}`);
  return { name, password };
};

export const signIn = async (page, { name, password }) => {
  await page.goto('/staff/signin');
  await page.locator('#login').fill(name);
  await page.locator('#password').fill(password);
  await leave(page, () => page.locator('main button[type=submit]').click());
  check(!page.url().includes('/signin'), `${name} was not let in`);
};

/** Keys pressed beyond the text that was typed. */
export const countingKeys = page => {
  const me = {
    strokes: 0,
    type: text => page.keyboard.type(text),
    async press(...keys) {
      for (const key of keys) { me.strokes++; await page.keyboard.press(key); }
    },
    /** A key that leads to another page. */
    async go(key) { me.strokes++; await leave(page, () => page.keyboard.press(key)); },
    /** The id of what has the focus; that of a new page comes a moment after it is there, when it is
     * drawn first, so `wanted` is waited for. */
    async focus(wanted) {
      await page.waitForFunction(id => document.activeElement?.id === id, wanted, { timeout: 3000 }).catch(() => {});
      return page.evaluate(() => document.activeElement?.id ?? '');
    },
  };
  return me;
};
