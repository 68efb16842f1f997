import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert, property, string } from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { DisplayNameSchema, HandleSchema } from "../../schema/user.ts";
import { isReserved, skeletonOf } from "../../workers/services/skeleton.ts";

const handle = (text: string) => v.parse(HandleSchema, text);
const alike = (one: string, other: string) => skeletonOf(handle(one)) === skeletonOf(handle(other));

/** Any text that may be a handle, out of letters, marks and digits of every script. */
const handles = string({ unit: "grapheme", minLength: 2, maxLength: 12 })
  .filter((text) => v.is(HandleSchema, text))
  .map(handle);

test.each([
  ["paypal", "p\u0430ypal", "a Cyrillic а"],
  ["paypal", "\u0440\u0430\u0443\u0440\u0430l", "Cyrillic all through"],
  ["otto", "\u03bftto", "a Greek ο"],
  ["modern", "rnodern", "rn and m"],
  ["lilly", "li1ly", "1 and l"],
  ["bob", "b0b", "0 and o"],
  ["ada", "\uff41\uff44\uff41", "full width"],
  ["ada", "ADA", "capitals"],
  ["ada", "\ud835\udcb6da", "a letter from mathematics"],
  ["strasse", "stra\u00dfe", "ß and ss"],
  ["istanbul", "\u0131stanbul", "an i without its dot"],
  ["\u03c3\u03bf\u03c6\u03bf\u03c3", "\u03c3\u03bf\u03c6\u03bf\u03c2", "both sigmas"],
  ["jos\u00e9", "jose\u0301", "an accent of its own"],
])("NAM-1 %s and %s look alike: %s", (one, other) => {
  expect(alike(one, other)).toBe(true);
});

test.each([
  ["ada", "eve"],
  ["jose", "jos\u00e9"],
  ["anna", "ana"],
  ["a.b", "a-b"],
  ["a_b", "a-b"],
  ["ab", "ba"],
  ["\u4e2d\u6587", "\u65e5\u672c"],
])("NAM-1 %s and %s do not", (one, other) => {
  expect(alike(one, other)).toBe(false);
});

test("NAM-1 a skeleton is its own skeleton, and has nothing left to fold", () => {
  assert(
    property(handles, (text) => {
      const skeleton = skeletonOf(text);
      expect(skeletonOf(skeleton)).toBe(skeleton);
      expect(skeleton.toLowerCase()).toBe(skeleton);
    }),
    { numRuns: 2_000 },
  );
});

test("NAM-1 the migration gives the old handles the skeletons that the code gives them", () => {
  const migration = (name: string) =>
    readFileSync(join(import.meta.dirname, "../../migrations/directory", name), "utf8");
  const old = [..."abcdefghijklmnopqrstuvwxyz0123456789._-"];
  const database = new DatabaseSync(":memory:");
  database.exec(migration("0001_accounts.sql"));
  const add = database.prepare("INSERT INTO users VALUES (?, ?, 'A', 'hash', 1)");
  // Every character next to every other, so that a pair that is like one character would be seen.
  const pairs = old.flatMap((one) => old.map((other) => `a${one}${other}`));
  const kept = [...new Map(pairs.map((text) => [skeletonOf(text), text])).values()];
  for (const [at, text] of kept.entries()) add.run(`user_${at}`, text);
  database.exec(migration("0002_people.sql"));
  const rows = database.prepare("SELECT handle, handle_key FROM accounts").all();
  expect(rows).toHaveLength(kept.length);
  for (const row of rows) expect(row.handle_key).toBe(skeletonOf(String(row.handle)));
});

test.each([
  ["a zero-width space", "ad\u200ba"],
  ["a joiner", "ad\u200da"],
  ["a word joiner", "ad\u2060a"],
  ["a soft hyphen", "ad\u00ada"],
  ["a right-to-left override", "ad\u202ea"],
  ["an isolate", "ad\u2066a"],
  ["a filler that is a letter", "ad\u3164a"],
  ["a variation selector", "ad\ufe0fa"],
  ["a space", "ad a"],
  ["a sign of its own", "ad\u2665a"],
  ["a lone surrogate", "ad\ud800a"],
])("NAM-2 a handle with %s is refused", (_, text) => {
  expect(v.is(HandleSchema, text)).toBe(false);
});

test("NAM-3 what looks like a name that nobody may have is nobody's either", () => {
  for (const handle of ["admin", "\u0430dmin", "supp\u043ert", "ro\u03bft"])
    expect(isReserved(skeletonOf(handle)), handle).toBe(true);
  for (const handle of ["ada", "administer", "rooted"])
    expect(isReserved(skeletonOf(handle)), handle).toBe(false);
});

test("TXT-1 a name has something to be seen in it, and nothing that turns the line round", () => {
  for (const name of ["\u3164", "\u200d", "\u2800", "Ada\u061c", "A\u00ADda", "\u{e0041}\u{e0042}"])
    expect(v.is(DisplayNameSchema, name), JSON.stringify(name)).toBe(false);
  for (const name of [
    "Ada",
    "\u{1f469}\u200d\u{1f680}",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
  ])
    expect(v.is(DisplayNameSchema, name), name).toBe(true);
});
