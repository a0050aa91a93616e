// What every page must be in every state: accessible, within its width, reachable by keyboard, with
// one heading and a title that says where one is. The HTML as served is kept for the HTML checker.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { check } from './tap.mjs';

const require = createRequire(import.meta.url);
const AXE = require.resolve('axe-core/axe.min.js');
const VNU = require.resolve('vnu-jar/build/dist/vnu.jar');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What darkness can change; in a quick run the rest was asked in the light. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
const VIEWS = [[320, false], [320, true], [768, false], [1280, false]];
/** In a quick run only the width is looked at here: what axe finds hardly differs from 1280 px. */
const LONG_WIDTH = 768;
const HEIGHT = 800;
const TITLE = /^(Error: )?\S.* - City of (Port Azalea|Testville)( staff)?$/;

/* These three run in the page. */

const runAxe = async rules => {
  const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  return violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`);
};

const lookAtPage = () => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const out = wide > 0 ? [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${e.className}`) : [];
  return { wide, out, h1: document.querySelectorAll('h1').length, title: document.title, lang: document.documentElement.lang };
};

/** Marks what the Tab key must reach and remembers how it looks without focus. */
const prepareTabs = () => {
  document.activeElement?.blur();
  const groups = new Set();
  const look = element => {
    const parts = [element, ...(element.labels ?? [])].flatMap(e => [null, '::before', '::after'].map(p => getComputedStyle(e, p)));
    return parts.map(s => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.clipPath, s.left].join()).join(';');
  };
  const tabs = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => {
      if (e.disabled || !e.checkVisibility({ visibilityProperty: true })) return false;
      if (e.type !== 'radio') return true;
      const group = `${e.form ? [...document.forms].indexOf(e.form) : ''} ${e.name}`;
      if (groups.has(group)) return false;
      groups.add(group);
      return true;
    });
  window.journeyTabs = { tabs, look, before: tabs.map(look), missing: new Set(tabs.keys()) };
  // A date has a stop for its month, day, year and calendar each.
  return tabs.length + 3 * tabs.filter(e => e.type === 'date').length;
};

/** Looks at what has the focus now. */
const lookAtFocus = () => {
  const { tabs, look, before, missing } = window.journeyTabs;
  const element = document.activeElement;
  if (!element || element === document.body) return '';
  let index = tabs.indexOf(element);
  if (index < 0 && element.type === 'radio') index = tabs.findIndex(e => e.name === element.name && e.form === element.form);
  if (index < 0 || !missing.has(index)) return '';
  missing.delete(index);
  const name = `${element.tagName.toLowerCase()}#${element.id} "${(element.textContent || element.name || '').trim().slice(0, 40)}"`;
  if (tabs[index] === element && look(element) === before[index]) return `focus does not show on ${name}`;
  const shown = /^(radio|checkbox)$/.test(element.type) && element.labels.length ? element.labels[0] : element;
  const box = shown.getClientRects()[0];
  const x = Math.max(box.left, 0) + Math.min(box.width / 2, 20);
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const above = document.elementFromPoint(x, y);
  if (!above) return `the focus on ${name} is out of sight`;
  return shown.contains(above) || above.contains(shown) ? '' : `${name} is covered by ${above.tagName.toLowerCase()}.${above.className}`;
};

const namesMissing = () => {
  const { tabs, missing } = window.journeyTabs;
  return [...missing].map(i => `Tab does not reach ${tabs[i].tagName.toLowerCase()}#${tabs[i].id} "${tabs[i].textContent.trim().slice(0, 40)}"`);
};

const walkByTab = async page => {
  const problems = [];
  const count = await page.evaluate(prepareTabs);
  for (let i = 0; i < count + 3; i++) {
    await page.keyboard.press('Tab');
    const problem = await page.evaluate(lookAtFocus);
    if (problem) problems.push(problem);
  }
  return problems.concat(await page.evaluate(namesMissing));
};

/** What all auditors together looked at: { name, path } each. */
export const looked = [];

/** An auditor that keeps the HTML in the folder; `paths` collects what was looked at. */
export const auditor = (folder, isLong) => {
  mkdirSync(folder, { recursive: true });
  const pages = [];
  return {
    pages,
    prepare: one => one.context.addInitScript({ path: AXE }),

    /** Everything that is wrong with the page that the visitor is on, one line each. */
    async look(one, name, { status = 200 } = {}) {
      const { page } = one;
      const problems = one.troubles.splice(0);
      if (one.served.status !== status) problems.push(`status ${one.served.status}, wanted ${status}`);
      const path = new URL(page.url()).pathname;
      pages.push({ name, path });
      looked.push({ name, path });
      writeFileSync(join(folder, `${name}.html`), await one.served.text());
      for (const [width, dark] of VIEWS) {
        await page.setViewportSize({ width, height: HEIGHT });
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
        const where = `${width} px${dark ? ' dark' : ''}`;
        if (isLong || width !== LONG_WIDTH) for (const problem of await page.evaluate(runAxe, dark && !isLong ? COLOURS : TAGS)) problems.push(`${where}: ${problem}`);
        const seen = await page.evaluate(lookAtPage);
        if (seen.wide > 0) problems.push(`${where}: ${seen.wide} px too wide (${seen.out})`);
        if (seen.h1 !== 1) problems.push(`${where}: ${seen.h1} h1`);
        if (seen.lang === 'en' && !TITLE.test(seen.title)) problems.push(`title ${seen.title}`);
      }
      await page.setViewportSize({ width: 320, height: HEIGHT });
      problems.push(...await walkByTab(page));
      problems.push(...one.troubles.splice(0));
      return problems;
    },

    hasChecker: () => spawnSync('java', ['-version']).status === 0,

    /** The errors of the Nu HTML checker over all kept pages, by one start of it. */
    checkHtml() {
      const run = spawnSync('java', ['-Xss4m', '-jar', VNU, '--errors-only', '--format', 'json', folder], { encoding: 'utf8', maxBuffer: 1 << 26 });
      check(run.stderr.includes('"messages"'), `the checker did not run: ${run.stderr}`);
      return JSON.parse(run.stderr).messages.map(m => `${m.url.split('/').pop()}:${m.lastLine}: ${m.message}`);
    },
  };
};
