import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { lockfile } from "../../scripts/check/lockfile.ts";
import { digestsOf, migrations, record } from "../../scripts/check/migrations.ts";
import { spec } from "../../scripts/check/spec.ts";
import { parseWire, renewWire, wire, wireHash } from "../../scripts/check/wire.ts";
import { files, texts } from "./files.ts";

describe("numbered rules", () => {
  const rules = "# Rules\n\n- **LOG-1** One order.\n- **LOG-2** No gaps.\n";
  const proved =
    'test("LOG-1 LOG-2: ten senders", () => {}); describe("PRS-9 a heading", () => {});';
  test("GATE-5 rules that tests name pass", () => {
    expect(spec(files({ "schema/SPEC.md": rules, "test/log.test.ts": proved }))).toEqual([]);
    const parts = {
      "schema/spec-parts/log.md": rules,
      "test/log.test.ts": 'test(`LOG-1 ${x}`, f); check("LOG-2 x", f);',
    };
    expect(spec(files(parts))).toEqual([]);
  });
  test("GATE-5 a rule without a test, a test without a rule, and an id given twice are refused", () => {
    const tests = 'test("LOG-1 x", f); test("LOG-3 x", f); test("about LOG-2", f);';
    const found = texts(
      spec(files({ "schema/SPEC.md": `${rules}- **LOG-1** Again.\n`, "test/log.test.ts": tests })),
    );
    expect(found).toEqual([
      "schema/SPEC.md: LOG-2 has no test whose title begins with it",
      "test/log.test.ts: LOG-3 is the title of a test, and no rule in schema/SPEC.md",
      "schema/SPEC.md: LOG-1 is given twice",
    ]);
  });
});

describe("the wire", () => {
  const up = v.object({ type: v.literal("send"), text: v.string() });
  const down = v.object({ type: v.literal("hello") });
  const hash = wireHash({ up, down });
  const other = wireHash({ up: v.object({ ...up.entries, more: v.string() }), down });
  const text = (version: number, recorded: string) =>
    `export const wire = {\n  version: ${version},\n  hash: "${recorded}",\n};\n`;

  test("GATE-6 a recorded hash that is the wire's passes, before and after a commit", () => {
    expect(wire({ version: 1, hash }, wireHash({ up, down }), null)).toEqual([]);
    expect(wire({ version: 1, hash }, hash, { version: 1, hash })).toEqual([]);
    expect(wire({ version: 2, hash: other }, other, { version: 1, hash })).toEqual([]);
  });
  test("GATE-6 every union of frames counts, an inbox's too", () => {
    const inbox = wireHash({ up, down, inbox_up: up, inbox_down: down });
    expect(inbox).not.toBe(hash);
    expect(wireHash({ up, down, inbox_up: down, inbox_down: down })).not.toBe(inbox);
  });
  test("GATE-6 a wire that has moved is refused, and so is a renewed hash under the old number", () => {
    expect(wire({ version: 1, hash }, other, { version: 1, hash })).toHaveLength(1);
    expect(wire({ version: 1, hash: other }, other, { version: 1, hash })).toHaveLength(1);
  });
  test("GATE-6 the hash is renewed only with a new version", () => {
    expect(renewWire(text(1, hash), other, { version: 1, hash })).toHaveProperty("fault");
    expect(renewWire(text(2, hash), other, { version: 1, hash })).toEqual({ text: text(2, other) });
    expect(renewWire(text(1, ""), hash, null)).toEqual({ text: text(1, hash) });
    expect(parseWire(text(3, hash))).toEqual({ version: 3, hash });
  });
});

describe("migrations", () => {
  const first = files({ "migrations/history/0001_event.sql": "create table event (seq integer);" });
  const tables = [{ path: "durable/room/tables.ts", list: [{ name: "0001", sql: ["a"] }] }];
  const recorded = digestsOf(first, tables);

  test("GATE-7 recorded migrations pass, and so does a new one once it is recorded", () => {
    expect(migrations(recorded, digestsOf(first, tables))).toEqual([]);
    const more = digestsOf(first, [
      {
        path: "durable/room/tables.ts",
        list: [...(tables[0]?.list ?? []), { name: "0002", sql: "b" }],
      },
    ]);
    expect(migrations(recorded, more)).toHaveLength(1);
    expect(migrations(record(recorded, more), more)).toEqual([]);
  });
  test("GATE-7 a changed or removed file is refused, also after recording", () => {
    const changed = digestsOf(
      files({ "migrations/history/0001_event.sql": "create table event (seq text);" }),
      tables,
    );
    const removed = digestsOf([], tables);
    for (const actual of [changed, removed]) {
      expect(migrations(recorded, actual)).toHaveLength(1);
      expect(migrations(record(recorded, actual), actual)).toHaveLength(1);
    }
  });
  test("GATE-7 an actor's list is refused where an entry was changed, or one was put before it", () => {
    const actor = (list: { name: string; sql: string[] }[]) =>
      digestsOf(first, [{ path: "durable/room/tables.ts", list }]);
    expect(migrations(recorded, actor([{ name: "0001", sql: ["b"] }]))).toHaveLength(1);
    const before = actor([
      { name: "0000", sql: ["z"] },
      { name: "0001", sql: ["a"] },
    ]);
    expect(texts(migrations(recorded, before))).toContain(
      "durable/room/tables.ts: its recorded migrations are not in their place at the front",
    );
  });
});

describe("the lockfile", () => {
  const lock = (packages: object) =>
    lockfile(files({ "package-lock.json": JSON.stringify({ packages }) }));
  const good = { version: "1.0.0", integrity: "sha512-x" };

  test("GATE-11 digests without hosts, and every platform's part, pass", () => {
    const parts = { ...good, optionalDependencies: { "a-linux": "1.0.0", "a-darwin": "1.0.0" } };
    expect(
      lock({
        "": {},
        "node_modules/b/node_modules/a": parts,
        "node_modules/a-linux": good,
        "node_modules/b/node_modules/a-darwin": good,
      }),
    ).toEqual([]);
  });
  test("GATE-11 a host, a missing digest, a missing part and a missing file are refused", () => {
    expect(
      lock({ "node_modules/a": { ...good, resolved: "https://registry.example.org/a.tgz" } }),
    ).toHaveLength(1);
    expect(lock({ "node_modules/a": { version: "1.0.0" } })).toHaveLength(1);
    expect(
      lock({ "node_modules/a": { ...good, optionalDependencies: { "a-darwin": "1.0.0" } } }),
    ).toHaveLength(1);
    expect(lockfile([])).toHaveLength(1);
  });
});
