import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import { usageOf } from "../../schema/slash/registry.ts";
import { mentionsIn } from "../../schema/text/mentions.ts";
import { parse } from "../../schema/text/parse.ts";
import { plainText } from "../../schema/text/plain.ts";
import { utf8Bytes } from "../../schema/text.ts";
import { skeletonOf } from "../../workers/services/skeleton.ts";
import { SYSTEM_USER } from "../../workers/services/welcome.ts";
import { welcomeText } from "../../workers/services/welcome-text.ts";

const welcomed = {
  user_id: newId("user"),
  room_id: newId("room"),
  guidelines: "",
  deployment: "Quoth",
};
const migration = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../migrations/directory", name), "utf8");

test("WEL-1 every command is in the greeting as the registry has it, and reads as it is written", () => {
  const tree = parse(welcomeText(welcomed));
  const list = tree.blocks.find((block) => block.type === "list");
  expect(list?.type === "list" && list.items).toHaveLength(builtIn.size);
  const text = plainText(tree, {
    user: () => undefined,
    room: () => undefined,
    emoji: () => undefined,
  });
  for (const command of builtIn.values())
    expect(text).toContain(`${usageOf(command)}: ${command.help}`);
});

test("WEL-1 guidelines are a quotation, whatever is in them, and fit", () => {
  const guidelines = "# Ours\r\nbe kind\n\n- no shouting\n```\n<@room>";
  const { blocks } = parse(welcomeText({ ...welcomed, guidelines }));
  const before = parse(welcomeText(welcomed)).blocks;
  expect(blocks.map(({ type }) => type)).toEqual([
    ...before.slice(0, -1).map(({ type }) => type),
    "paragraph",
    "quote",
    "paragraph",
  ]);
  expect(blocks.at(-1)).toEqual(before.at(-1));
  for (const sign of ["\n", "\u{1f426}", "\u{ffff}"]) {
    const long = sign.repeat(limits.guidelines_characters);
    const bytes = utf8Bytes(welcomeText({ ...welcomed, guidelines: long }), limits.text_bytes);
    expect(bytes).toBeLessThanOrEqual(limits.text_bytes);
  }
});

test("WEL-1 it calls the newcomer", () => {
  expect(mentionsIn(welcomeText(welcomed)).users).toEqual([welcomed.user_id]);
});

test("WEL-7 the account that greets is the one that the code knows, and who was here before counts as greeted", () => {
  const directory = new DatabaseSync(":memory:");
  for (const name of ["0001_accounts.sql", "0002_people.sql"]) directory.exec(migration(name));
  directory.exec(
    "INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, created_at) VALUES ('user_1', 'person', 'ada', 'ada', 'Ada', 7)",
  );
  directory.exec(migration("0005_welcome.sql"));
  const rows = directory
    .prepare(
      "SELECT user_id, kind, handle, handle_key, welcomed_at, welcome_room FROM accounts ORDER BY handle DESC",
    )
    .all()
    .map((row) => ({ ...row }));
  expect(rows).toEqual([
    {
      ...{ user_id: SYSTEM_USER, kind: "system", handle: "quoth", handle_key: skeletonOf("quoth") },
      ...{ welcomed_at: null, welcome_room: null },
    },
    {
      ...{ user_id: "user_1", kind: "person", handle: "ada", handle_key: "ada" },
      ...{ welcomed_at: 7, welcome_room: null },
    },
  ]);
});
