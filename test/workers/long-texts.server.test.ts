import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import { ReceiptAnswerSchema } from "../../schema/http.ts";
import type { CommandId, MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { MessageSchema } from "../../schema/message.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person, Reply } from "./person.ts";
import { ask, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let eve: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo, eve] = await Promise.all([
    signUp(server.origin, "ada"),
    signUp(server.origin, "bo"),
    signUp(server.origin, "eve"),
  ]);
});
afterAll(() => server.close());

const room = () =>
  ada.creates({ kind: "group", name: "Long reads", members: [bo.user_id, ada.user_id] });
const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");
const long = (mark: string, bytes: number = limits.text_bytes + 1) => mark.padEnd(bytes, ".");

/** The files of a room, as the bucket has them. */
async function files(room_id: RoomId): Promise<string[]> {
  const { objects } = await (await server.env()).MEDIA.list({ prefix: `texts/${room_id}/` });
  return objects.map(({ key }) => key);
}

async function sends(who: Person, room_id: RoomId, text: string, key: CommandId): Promise<Reply> {
  const headers = { "idempotency-key": key };
  return who.asks(`/v1/rooms/${room_id}/messages`, { method: "POST", body: { text }, headers });
}

const at = (room_id: RoomId, message_id: MessageId) =>
  `/v1/rooms/${room_id}/messages/${message_id}`;
const message = async (who: Person, path: string) =>
  v.parse(MessageSchema, (await who.asks(path)).json);

test("LTX-1 a text of ten megabytes is a message whose event has its beginning and the hash of its file; one byte more is refused before anything is kept", async () => {
  const room_id = await room();
  const key = newId("command");
  // Three bytes a character, and at the place of the cut one that is two units long.
  const beginning = `${"丰".repeat(limits.large_preview_characters - 1)}🏔`;
  const text = beginning.padEnd(
    beginning.length + limits.large_text_bytes - Buffer.byteLength(beginning),
    '"\n',
  );
  expect(Buffer.byteLength(text)).toBe(limits.large_text_bytes);
  const sent = await sends(ada, room_id, text, key);
  expect(sent.status, sent.text).toBe(201);
  const path = at(room_id, messageIdOf(key));
  expect(await message(bo, path)).toMatchObject({
    text: "丰".repeat(limits.large_preview_characters - 1),
    large: { sha256: sha256(text), bytes: limits.large_text_bytes },
  });
  expect(await files(room_id)).toEqual([`texts/${room_id}/${messageIdOf(key)}/${sha256(text)}`]);
  const whole = await bo.asks(`${path}/text`);
  expect(sha256(whole.text)).toBe(sha256(text));

  const over = await sends(ada, room_id, `${text}x`, newId("command"));
  expect(problemOf(over)).toMatchObject({ code: "text_too_long", field: "text" });
  expect(await files(room_id)).toHaveLength(1);
});

test("LTX-2 up to 64 KiB a text travels in its event, one byte more and it has a file; both are read whole", async () => {
  const room_id = await room();
  for (const [text, has_file] of [
    [long("short", limits.text_bytes), false],
    [long("long"), true],
  ] as const) {
    const key = newId("command");
    await sends(ada, room_id, text, key);
    const path = at(room_id, messageIdOf(key));
    expect((await message(ada, path)).large !== null).toBe(has_file);
    expect((await ada.asks(`${path}/text`)).text).toBe(text);
  }
  expect(await files(room_id)).toHaveLength(1);
});

test("LTX-3 the whole text is plain text that no browser takes for anything else, kept by no cache, for members only", async () => {
  const room_id = await room();
  const key = newId("command");
  await sends(ada, room_id, long("<script>alert(1)</script>"), key);
  const path = `${at(room_id, messageIdOf(key))}/text`;
  for (const method of ["GET", "HEAD"]) {
    const { status, headers } = await bo.asks(path, { method });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-disposition")).toMatch(/^attachment/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  }
  expect(problemOf(await eve.asks(path)).code).toBe("not_found");
  expect(problemOf(await ask(server.origin, path)).code).toBe("unauthenticated");
});

test("LTX-4 the same key is one message and one file; with another text that begins in the same way it is refused, and leaves no file", async () => {
  const room_id = await room();
  const key = newId("command");
  const text = long("one");
  const answers = await Promise.all([1, 2, 3].map(() => sends(ada, room_id, text, key)));
  const receipts = answers.map(({ json }) => v.parse(ReceiptAnswerSchema, json).receipt);
  expect(new Set(receipts.map((receipt) => receipt?.seq)).size).toBe(1);
  expect(await files(room_id)).toHaveLength(1);
  const other = await sends(ada, room_id, `${text}!`, key);
  expect(problemOf(other).code).toBe("command_id_reused");
  expect(await files(room_id)).toHaveLength(1);
  expect((await ada.asks(`${at(room_id, messageIdOf(key))}/text`)).text).toBe(text);
});

test("LTX-5 what the room refuses leaves no file, and takes none away that belongs to a message", async () => {
  const room_id = await room();
  const key = newId("command");
  const text = long("Ada's own");
  // A stranger's is not even written for a moment.
  expect(problemOf(await sends(eve, room_id, text, key)).code).toBe("not_found");
  expect(await files(room_id)).toEqual([]);
  await sends(ada, room_id, text, key);
  const path = at(room_id, messageIdOf(key));
  // Bo brings the very same text: for Ada's message, and under Ada's id.
  const edited = await bo.asks(path, { method: "PATCH", body: { text } });
  expect(problemOf(edited).code).toBe("not_author");
  expect(problemOf(await sends(bo, room_id, text, key)).code).toBe("command_id_reused");
  expect(
    problemOf(await bo.asks(path, { method: "PATCH", body: { text: long("Bo's") } })).code,
  ).toBe("not_author");
  expect(await files(room_id)).toHaveLength(1);
  expect((await ada.asks(`${path}/text`)).text).toBe(text);
  const muted_until = Date.now() + 60_000;
  const mute = `/v1/rooms/${room_id}/members/${bo.user_id}/mute`;
  await ada.asks(mute, { method: "PUT", body: { muted_until } });
  expect(problemOf(await sends(bo, room_id, text, newId("command"))).code).toBe("muted");
  expect(await files(room_id)).toHaveLength(1);
});

test("LTX-6 of a long text only the beginning calls people", async () => {
  const room_id = await room();
  const [first, second] = [newId("command"), newId("command")];
  await sends(ada, room_id, long(`<@${bo.user_id}> look`), first);
  await sends(ada, room_id, `${long("far away")} <@${bo.user_id}>`, second);
  const called = async (key: CommandId) =>
    (await message(ada, at(room_id, messageIdOf(key)))).mentions?.users ?? [];
  expect(await called(first)).toEqual([bo.user_id]);
  expect(await called(second)).toEqual([]);
});

test("LTX-7 the files of a deleted message, of all its versions, are there until its deletion is for good, and gone then", async () => {
  const room_id = await room();
  const window = { settings: { restore_window_ms: 3_000 } };
  await ada.asks(`/v1/rooms/${room_id}`, { method: "PATCH", body: window });
  const [kept, gone] = [newId("command"), newId("command")];
  await sends(ada, room_id, long("stays"), kept);
  await sends(ada, room_id, long("first"), gone);
  const path = at(room_id, messageIdOf(gone));
  await ada.asks(path, { method: "PATCH", body: { text: long("second") } });
  expect(await files(room_id)).toHaveLength(3);
  await ada.asks(path, { method: "DELETE" });
  expect(problemOf(await ada.asks(`${path}/text`)).code).toBe("message_deleted");
  await ada.asks(`${path}/restore`, { method: "PUT" });
  expect((await ada.asks(`${path}/text`)).text).toBe(long("second"));
  await ada.asks(path, { method: "DELETE" });
  expect(await files(room_id)).toHaveLength(3);
  const until = Date.now() + 30_000;
  while ((await files(room_id)).length > 1 && Date.now() < until) await sleep(200);
  expect(await files(room_id)).toEqual([
    `texts/${room_id}/${messageIdOf(kept)}/${sha256(long("stays"))}`,
  ]);
});
