import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { deriveId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { mentionsIn } from "../../schema/text/mentions.ts";
import { actionSource, parse } from "../../schema/text/parse.ts";
import { beginningOf, writeReference } from "../../schema/text/references.ts";
import type { Reference } from "../../schema/text/tree.ts";
import { inlinesIn } from "../../schema/text/walk.ts";
import { ada, bo, lobby, pieces, raven } from "./text-world.ts";

const references: readonly Reference[] = [
  { type: "user", user_id: ada },
  { type: "everyone" },
  { type: "here" },
  { type: "role", role: "owner" },
  { type: "role", role: "admin" },
  { type: "role", role: "member" },
  { type: "room", room_id: lobby },
  { type: "emoji", emoji_id: raven, name: "Ra_ven1" },
];

const referencesIn = (source: string) =>
  [...inlinesIn(parse(source))].filter(({ type }) =>
    ["user", "everyone", "here", "role", "room", "emoji"].includes(type),
  );

const nobody = { users: [], room: false, here: false, roles: [] };

test("MDT-5 a reference is read as it is written, wherever text can stand", () => {
  for (const reference of references) {
    const source = writeReference(reference);
    const places = [
      ...[source, `a${source}b`, `**${source}**`, `# ${source}`, `- [ ] ${source}`, `> ${source}`],
      ...[
        `||${source}||`,
        `[${source}](https://a.org)`,
        `|${source}|\n|-|`,
        `https://a.org/${source}`,
      ],
    ];
    for (const place of places) assert.deepEqual(referencesIn(place), [reference], place);
  }
});

test("MDT-5 what differs from a reference by one character is text", () => {
  const wrong = [
    ...[
      `<@${ada} >`,
      `< @${ada}>`,
      `<@${ada.toUpperCase()}>`,
      `<@${ada.slice(0, -1)}>`,
      `<@${lobby}>`,
    ],
    ...[
      `<#${ada}>`,
      `<${ada}>`,
      `@${ada}`,
      `<@${ada}`,
      "<@everyone>",
      "<@Room>",
      "<@role:king>",
      "<@role:>",
    ],
    ...[
      `<:a b:${raven}>`,
      `<::${raven}>`,
      `<:raven:${ada}>`,
      `<:${"a".repeat(33)}:${raven}>`,
      "<@>",
      "<#>",
    ],
  ];
  for (const source of wrong) {
    assert.deepEqual(referencesIn(source), [], source);
    assert.deepEqual(parse(source).blocks, [
      { type: "paragraph", children: [{ type: "text", text: source }] },
    ]);
  }
});

test("MDT-6 code, destinations and backslashes keep a reference from being one", () => {
  for (const reference of references) {
    const source = writeReference(reference);
    const places = [
      ...[
        `\`${source}\``,
        `\`\`\`\n${source}\n\`\`\``,
        `    ${source}`,
        `\\${source}`,
        `\`a\n${source}\``,
      ],
      ...[
        `[a](${source})`,
        `[a](<https://a.org/${source.slice(1)})`,
        `![a](https://b.org "${source}")`,
      ],
      ...[`\`\`\`${source}\na`],
    ];
    for (const place of places) {
      assert.deepEqual(referencesIn(place), [], place);
      assert.deepEqual(mentionsIn(place), nobody, place);
    }
  }
});

test("MDT-7 whom a message calls: each once, in order", () => {
  assert.deepEqual(mentionsIn("a plain message with a < b and c@d"), nobody);
  assert.deepEqual(
    mentionsIn(`<@${bo}> ||<@${ada}>|| <@${bo}> <@role:owner>\n- <@role:admin> <@role:owner>`),
    { users: [bo, ada], room: false, here: false, roles: ["owner", "admin"] },
  );
  assert.deepEqual(mentionsIn(`<@here> \`<@${ada}>\` <me> <@room> <#${lobby}>`), {
    ...{ users: [], roles: [] },
    ...{ room: true, here: true },
  });
});

test("MDT-7 at most fifty users are called, and the roles after them still are", () => {
  const people = Array.from({ length: 60 }, (_, at) => deriveId("user", String(at)));
  const source = people.map((user_id) => `<@${user_id}>`).join(" ");
  assert.equal(limits.mentions_per_message, 50);
  assert.deepEqual(mentionsIn(`${source} <@role:admin>`), {
    ...{ users: people.slice(0, 50), roles: ["admin"] },
    ...{ room: false, here: false },
  });
});

test("MDT-7 what is called is exactly what the tree refers to", () => {
  const source = fc.array(fc.constantFrom(...pieces), { maxLength: 40 });
  fc.assert(
    fc.property(source, (chosen) => {
      const text = chosen.join("");
      const found = referencesIn(text);
      const called = mentionsIn(text);
      assert.equal(
        called.users.length > 0,
        found.some(({ type }) => type === "user"),
      );
      assert.equal(
        called.room,
        found.some(({ type }) => type === "everyone"),
      );
      assert.equal(
        called.here,
        found.some(({ type }) => type === "here"),
      );
      assert.equal(
        called.roles.length > 0,
        found.some(({ type }) => type === "role"),
      );
    }),
    { numRuns: 1_000, seed: 3 },
  );
});

test("MDT-11 an action is one paragraph, whatever it begins with", () => {
  const action = (source: string) => {
    const tree = parse(source);
    return tree.action ? tree.blocks : null;
  };
  const said = (text: string) => [{ type: "paragraph", children: [{ type: "text", text }] }];
  assert.deepEqual(action(actionSource("waves")), said("waves"));
  assert.deepEqual(action("<me>  # waves "), said("# waves"));
  assert.deepEqual(action(actionSource("    waves")), said("waves"));
  const two = action(actionSource(`- a\n\n<@${ada}>`));
  assert.equal(two?.length, 1);
  assert.deepEqual(mentionsIn(actionSource(`greets <@${ada}>`)).users, [ada]);
  for (const source of [
    "<me>waves",
    "<me> ",
    "<me>",
    " <me> waves",
    "\\<me> waves",
    "a <me> b",
    "/me waves",
  ])
    assert.equal(action(source), null, source);
});

test("MRK-8 WEB-20 the beginning of a text ends before a reference that would be cut, and nowhere else", () => {
  const called = writeReference({ type: "user", user_id: ada });
  assert.equal(beginningOf(`to ${called} and on`, 10), "to ");
  assert.equal(beginningOf(`to ${called} and on`, 3 + called.length), `to ${called}`);
  assert.equal(beginningOf("1 < 2, and so on", 8), "1 < 2, a");
  assert.equal(beginningOf("\u{1F426}".repeat(9), 4), "\u{1F426}".repeat(4));
  assert.equal(beginningOf("short", 140), "short");
});
