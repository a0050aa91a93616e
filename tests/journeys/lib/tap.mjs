// The Test Anything Protocol, version 13: one line a test, the reasons of a failure below it.

let count = 0;
let failures = 0;

const note = text => String(text).replace(/\n(?=.)/g, '\n# ').replace(/\s+$/, '');
const print = line => process.stdout.write(`${line}\n`);

/** A failure of the page under test, told without a stack. */
export class Broken extends Error {}

export const tap = {
  begin() { print('TAP version 13'); },

  /** Runs one test, with others inside when it walks a way; what it throws is its failure. Says
   * whether it passed. */
  async test(name, body) {
    const started = Date.now();
    try {
      await body();
      print(`ok ${++count} - ${name} (${Date.now() - started} ms)`);
      return true;
    } catch (error) {
      failures++;
      print(`not ok ${++count} - ${name}`);
      print(`# ${note(error instanceof Broken ? error.message : error.stack)}`);
      return false;
    }
  },

  skip(name, reason) { print(`ok ${++count} - ${name} # SKIP ${reason}`); },

  comment(text) { print(`# ${note(text)}`); },

  /** Prints the plan; says whether all passed. */
  end() {
    print(`1..${count}`);
    print(`# ${count - failures} passed, ${failures} failed`);
    return failures === 0;
  },
};

const shown = value => (typeof value === 'string' ? JSON.stringify(value) : String(value));

/** Fails with the sentence unless the claim holds. */
export const check = (claim, sentence) => {
  if (!claim) throw new Broken(sentence);
};

export const same = (got, wanted, what) =>
  check(got === wanted, `${what}: got ${shown(got)}, wanted ${shown(wanted)}`);

export const has = (text, part, what) =>
  check(text.includes(part), `${what}: ${shown(part)} is not in ${shown(text.slice(0, 600))}`);

export const hasNot = (text, part, what) =>
  check(!text.includes(part), `${what}: ${shown(part)} is in it`);

/** Fails with every problem of the list, one a line. */
export const none = (problems, what) =>
  check(problems.length === 0, `${what}: ${problems.length} problems\n${problems.join('\n')}`);
