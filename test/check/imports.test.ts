import { describe, expect, test } from "vitest";
import { cycles } from "../../scripts/check/cycles.ts";
import { imports } from "../../scripts/check/imports.ts";
import { files, texts } from "./files.ts";

const tree = {
  "schema/ids.ts": 'import * as v from "valibot"; import { sha256 } from "@noble/hashes/sha2.js";',
  "schema/text/parse.ts": 'import MarkdownIt from "markdown-it"; import "../ids.ts";',
  "schema/text/emoji.ts": 'import "../ids.ts";',
  "schema/commands.ts": 'import "./text/emoji.ts";',
  "client/client.ts": 'import { a } from "../schema/ids.ts";',
  "web/main.ts":
    'import { h } from "preact"; import "./styles/app.css"; import "../client/client.ts";',
  "web/styles/app.css": "",
  "durable/address.ts": 'import type { RoomId } from "../schema/ids.ts";',
  "durable/kernel/host.ts": 'export * from "../../schema/ids.ts";',
  "durable/kernel/host-cloudflare.ts":
    'import { env } from "cloudflare:workers"; import "./host.ts";',
  "durable/kernel/actor-cloudflare.ts":
    'import { DurableObject } from "cloudflare:workers"; import "./host-cloudflare.ts";',
  "durable/kernel/host-local.ts": 'import { DatabaseSync } from "node:sqlite"; import "./host.ts";',
  "durable/room/room.ts":
    'import "../kernel/actor-cloudflare.ts"; import "./dispatch.ts"; import "./stores/log.ts";',
  "durable/room/dispatch.ts":
    'import "./commands/send.ts"; import "./stores/log.ts"; import "../kernel/host.ts";',
  "durable/room/commands/send.ts":
    'import "../stores/log.ts"; import "../rules/may.ts"; import "../live/typing.ts"; import "../context.ts";',
  "durable/room/live/typing.ts":
    'import type { C } from "../context.ts"; import "../stores/log.ts";',
  "durable/room/context.ts": 'import "../kernel/host.ts";',
  "durable/room/stores/log.ts": 'import "../../kernel/host.ts"; import "../rules/may.ts";',
  "durable/room/rules/may.ts": 'import "../../../schema/ids.ts";',
  "durable/inbox/inbox.ts": 'import "../kernel/actor-cloudflare.ts"; import "../address.ts";',
  "workers/main.ts":
    'import { DurableObject } from "cloudflare:workers"; export { Room } from "../durable/room/room.ts"; import "./front.ts";',
  "workers/front.ts": 'import * as z from "zod"; import "../durable/address.ts";',
  "scripts/seed.ts": 'import * as z from "zod"; import "node:fs"; import "../client/client.ts";',
  "test/room.test.ts":
    'import "../durable/room/room.ts"; import "cloudflare:test"; import "../workers/front.ts";',
};

test("GATE-1 a tree that keeps to the layers passes", () => {
  expect(texts(imports(files(tree)))).toEqual([]);
});

describe("an import against the layers is refused", () => {
  const wrong: readonly (readonly [path: string, statement: string])[] = [
    ["schema/ids.ts", 'import "../client/client.ts"'],
    ["schema/ids.ts", 'import * as z from "zod"'],
    ["schema/ids.ts", 'import "node:crypto"'],
    ["schema/ids.ts", 'import "./text/parse.ts"'],
    ["schema/ids.ts", 'import "markdown-it"'],
    ["client/client.ts", 'import "../schema/text/parse.ts"'],
    ["client/client.ts", 'import type { h } from "preact"'],
    ["client/client.ts", 'const late = await import("../durable/address.ts")'],
    ["web/main.ts", 'import "../workers/front.ts"'],
    ["web/main.ts", 'import * as z from "zod"'],
    ["durable/kernel/host.ts", 'import "cloudflare:workers"'],
    ["durable/kernel/host.ts", 'import "../room/stores/log.ts"'],
    ["durable/kernel/host.ts", 'import "node:sqlite"'],
    ["durable/room/dispatch.ts", 'import "cloudflare:workers"'],
    ["durable/room/dispatch.ts", 'import "./room.ts"'],
    ["durable/room/dispatch.ts", 'import "../inbox/inbox.ts"'],
    ["durable/room/commands/send.ts", 'import "../dispatch.ts"'],
    ["durable/room/stores/log.ts", 'import "../live/typing.ts"'],
    ["durable/room/rules/may.ts", 'import "../stores/log.ts"'],
    ["durable/room/live/typing.ts", 'import "../commands/send.ts"'],
    ["durable/room/dispatch.ts", 'import "../address.ts"'],
    ["durable/room/room.ts", 'import * as z from "zod"'],
    ["workers/front.ts", 'export { Room } from "../durable/room/room.ts"'],
    ["workers/front.ts", 'import "../client/client.ts"'],
    ["scripts/seed.ts", 'import "../durable/address.ts"'],
    ["scripts/seed.ts", 'type Room = import("../durable/room/room.ts").Room'],
    ["client/client.ts", 'import "../schema/no-such-file.ts"'],
    ["client/client.ts", 'import "../schema/ids"'],
  ];
  test.each(wrong)("GATE-1 %s may not have %s", (path, statement) => {
    const found = imports(files({ ...tree, [path]: `${statement};` }));
    expect(found.map((finding) => finding.path)).toEqual([path]);
    expect(found[0]?.line).toBe(1);
  });
});

test("GATE-2 files in a line pass, files in a ring are refused once, with the ring", () => {
  const line = { "a.ts": 'import "./b.ts"', "b.ts": 'import "./c.ts"', "c.ts": "" };
  expect(cycles(files(line))).toEqual([]);
  const ring = { ...line, "c.ts": 'import type { A } from "./a.ts"' };
  expect(texts(cycles(files(ring)))).toEqual(["a.ts: is in a cycle: a.ts → b.ts → c.ts → a.ts"]);
  expect(cycles(files({ "a.ts": 'import "./a.ts"' }))).toHaveLength(1);
});
