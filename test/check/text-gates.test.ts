import { describe, expect, test } from "vitest";
import { sizes } from "../../scripts/check/sizes.ts";
import { sql } from "../../scripts/check/sql.ts";
import { timers } from "../../scripts/check/timers.ts";
import { whole } from "../../scripts/check/whole.ts";
import { words } from "../../scripts/check/words.ts";
import { files, lines, texts } from "./files.ts";

describe("sizes", () => {
  test("GATE-3 short files pass, and a generated one may be of any length", () => {
    const short = {
      "a.ts": lines(250),
      "durable/room/room.ts": lines(200),
      "worker-configuration.d.ts": lines(9000),
    };
    expect(sizes(files(short))).toEqual([]);
  });
  test("GATE-3 a warning from 251 lines on, a refusal from 401, and from 201 for an actor's class", () => {
    const found = sizes(
      files({ "a.ts": lines(251), "b.css": "\n".repeat(401), "durable/room/room.ts": lines(201) }),
    );
    expect(found.map(({ path, warning }) => [path, warning === true])).toEqual([
      ["a.ts", true],
      ["b.css", false],
      ["durable/room/room.ts", false],
    ]);
  });
  test("GATE-3 a function of 51 lines is refused; one that only holds others is not", () => {
    const body = (count: number) => "  void 0;\n".repeat(count);
    const inner = `const inner = () => {\n${body(40)}};\n`;
    expect(sizes(files({ "a.ts": `function f() {\n${body(48)}}\n` }))).toEqual([]);
    expect(sizes(files({ "a.ts": `function f() {\n${inner}${inner}}\n` }))).toEqual([]);
    expect(texts(sizes(files({ "a.ts": `function f() {\n${body(49)}}\n` })))).toEqual([
      "a.ts: a function has 51 lines of its own",
    ]);
  });
});

describe("SQL", () => {
  const statements = [
    "select seq from log where seq > ?",
    "SELECT count(*) FROM log",
    "insert or ignore into log (seq) values (1)",
    "update log set body = null",
    "delete from log",
    "create table if not exists log (seq integer)",
    "CREATE UNIQUE INDEX log_seq ON log (seq)",
    "pragma table_list",
    "with recent as (select 1) select * from recent",
  ];
  test.each(statements)("GATE-4 %s is refused outside a store, and passes in one", (statement) => {
    const text = `const rows = sql(\`\n  ${statement}\`);`;
    expect(texts(sql(files({ "durable/room/emit.ts": text })))).toEqual([
      "durable/room/emit.ts: SQL outside a store",
    ]);
    const homes = [
      "durable/room/stores/log.ts",
      "durable/room/tables.ts",
      "durable/kernel/outbox.ts",
    ];
    const others = ["workers/services/history.ts", "test/world.ts", "scripts/export.ts"];
    expect(
      sql(files(Object.fromEntries([...homes, ...others].map((path) => [path, text])))),
    ).toEqual([]);
  });
  test("GATE-4 sentences for people pass", () => {
    const sentences = [
      "Select a room from the list",
      "Delete from here on",
      "update",
      "with love",
      "Create table",
    ];
    const text = `export const texts = ${JSON.stringify(sentences)};`;
    expect(sql(files({ "web/texts.ts": text }))).toEqual([]);
  });
});

describe("words", () => {
  test("GATE-8 names that say what a thing is for pass", () => {
    expect(
      words(
        files({ "client/reconnect.ts": "// A mastodon.", "durable/room/commands/send.ts": "" }),
      ),
    ).toEqual([]);
  });
  const vague = [
    "client/utils.ts",
    "web/helpers/text.ts",
    "workers/common.ts",
    "durable/room-manager.ts",
  ];
  test.each(vague)("GATE-8 %s is refused", (path) => {
    expect(words(files({ [path]: "" }))).toHaveLength(1);
  });
  test.each(["TO", "FIX"])("GATE-8 a promise of later work is refused", (start) => {
    const word = start + (start === "TO" ? "DO" : "ME");
    const found = words(files({ "client/a.ts": `\n// ${word}: later`, "docs/a.md": word }));
    expect(found).toMatchObject([{ path: "client/a.ts", line: 2 }]);
  });
});

describe("whole tests", () => {
  test("GATE-9 tests that run pass", () => {
    const text =
      'describe("x", () => { test("y", () => {}); }); list.skip(3); test("z", { timeout: 5 }, f);';
    expect(whole(files({ "test/a.test.ts": text, "client/list.ts": "test.skip();" }))).toEqual([]);
  });
  const left = [
    'test.skip("x", f)',
    'it.only("x", f)',
    'describe.todo("x")',
    'test.concurrent.skip("x", f)',
    'test.skipIf(offline)("x", f)',
    'xit("x", f)',
    'test("x", { skip: true }, f)',
    'Deno.test({ name: "x", ignore: true, fn })',
    'test("x", (t) => t.skip())',
  ];
  test.each(left)("GATE-9 %s is refused", (statement) => {
    expect(whole(files({ "test/a.test.ts": `${statement};` }))).toHaveLength(1);
  });
});

test("GATE-10 an actor without a repeating timer passes, one with it is refused", () => {
  const timer = "setInterval(() => {}, 1000);";
  expect(
    timers(
      files({
        "durable/room/a.ts": "setTimeout(() => {}, 0); // no setInterval",
        "web/a.ts": timer,
      }),
    ),
  ).toEqual([]);
  expect(timers(files({ "durable/room/a.ts": `globalThis.${timer}` }))).toMatchObject([
    { path: "durable/room/a.ts", line: 1 },
  ]);
});
