// The program's own words, as ui/po has them.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The messages of a language by key; of a plural the last form. */
export const messages = lang => {
  const all = {};
  for (const entry of readFileSync(join(root, `ui/po/${lang}.po`), 'utf8').split('\n\n')) {
    const key = /^msgid "(.+)"$/m.exec(entry)?.[1];
    const text = entry.slice(entry.lastIndexOf('msgstr')).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    if (key) all[key] = text.map(part => JSON.parse(part)).join('');
  }
  return all;
};
