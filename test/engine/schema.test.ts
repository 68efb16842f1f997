import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { afterClose, closes } from "../../schema/closes.ts";
import {
  RoomIdSchema,
  createdRoomId,
  deriveId,
  directRoomId,
  makeId,
  messageIdOf,
} from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { may, permissions, roles } from "../../schema/permissions.ts";
import type { Role } from "../../schema/permissions.ts";
import { refusal, refusalCodes, refusalTable } from "../../schema/refusals.ts";
import type { RoomKind } from "../../schema/room.ts";
import { defaultRoomSettings, RoomNameSchema, roomKinds } from "../../schema/room.ts";
import { MessageTextSchema, utf8Bytes } from "../../schema/text.ts";
import { userId } from "../support/local-room.ts";
import { seededRandom } from "../support/random.ts";
import { aRoom } from "./world.ts";

const random = seededRandom(7);

test("ID-1 an id is a prefix and a UUID, and nothing else passes for one", () => {
  const id = makeId("room", 1_750_000_000_000, random.bytes(10));
  assert.ok(v.is(RoomIdSchema, id), id);
  const others = [
    id.toUpperCase(),
    id.slice(5),
    `user_${id.slice(5)}`,
    `${id} `,
    `${id}\n`,
    id.replace("-7", "-1"),
    "",
    7,
    null,
  ];
  for (const other of others) assert.ok(!v.is(RoomIdSchema, other), String(other));
});

test("ID-2 ids made from a clock sort by it", () => {
  const times = [0, 1, 255, 256, 65_536, 2 ** 32, 1_750_000_000_000, 2 ** 47];
  const ids = times.map((time) => makeId("message", time, random.bytes(10)));
  assert.deepEqual(ids.toSorted(), ids);
});

test("ID-3 derived ids are the same everywhere, and differ where what they stand for differs", () => {
  const [ada, bo] = [userId("ada"), userId("bo")];
  assert.equal(deriveId("room", "a", "b"), "room_2dc510cb-4497-894f-be6d-8f1d46f6714c");
  assert.equal(directRoomId(ada, bo), directRoomId(bo, ada));
  assert.notEqual(deriveId("room", "ab", "c"), deriveId("room", "a", "bc"));
  const command_id = makeId("command", 1, random.bytes(10));
  assert.equal(createdRoomId(ada, command_id), createdRoomId(ada, command_id));
  assert.notEqual(createdRoomId(ada, command_id), createdRoomId(bo, command_id));
  assert.equal(
    messageIdOf(command_id).slice("message_".length),
    command_id.slice("command_".length),
  );
});

test("LIM-1 production's limits stand in the table and hold locally", () => {
  assert.equal(limits.frame_bytes, 131_072);
  assert.equal(limits.text_bytes, 65_536);
  assert.deepEqual([limits.row_bytes, limits.bound_parameters], [2_097_152, 100]);
  const room = aRoom();
  const exec = room.local.world.db.prepare.bind(room.local.world.db);
  room.local.world.db.prepare = (text: string) => {
    assert.ok(new Set(text.match(/\?\d+/g)).size <= limits.bound_parameters);
    return exec(text);
  };
  room.says("ada", "hello");
});

test("LIM-2 bytes are counted as UTF-8", () => {
  for (const text of ["", "abc", "äöü", "𝄞", "a𝄞ä".repeat(50)]) {
    assert.equal(utf8Bytes(text, 1) > 1, new TextEncoder().encode(text).length > 1);
    assert.equal(utf8Bytes(text, 350) > 350, new TextEncoder().encode(text).length > 350);
  }
});

test("TXT-1 names are trimmed and normalised, and hide nothing", () => {
  assert.equal(v.parse(RoomNameSchema, "  Ra\u0301ven "), "R\u00e1ven");
  const bad = [
    "",
    "   ",
    "a\nb",
    "a\u0000b",
    "ab\u202etxt.exe",
    "a\u200bb",
    "a\u2066b",
    "a\ufeffb",
    "x".repeat(101),
    "\ud800",
  ];
  for (const name of bad) assert.ok(!v.is(RoomNameSchema, name), JSON.stringify(name));
  for (const name of ["général", "数学", "غرفة", "🐦‍⬛", "می‌خواهم"])
    assert.ok(v.is(RoomNameSchema, name), name);
});

test("TXT-2 text that is empty or not well-formed is refused", () => {
  for (const text of ["", " \n\t", "\udc00", "a\ud800b"]) assert.ok(!v.is(MessageTextSchema, text));
  for (const text of ["a", "\u202e right to left", "👩‍👩‍👧", " leading"])
    assert.ok(v.is(MessageTextSchema, text));
});

test("REF-1 every refusal has its sentence, its status and whether to try again", () => {
  for (const code of refusalCodes) {
    const { status, retryable, text } = refusalTable[code];
    assert.ok(status >= 400 && status < 600 && /^[A-Z].*\.$/.test(text), code);
    assert.equal(retryable, [429, 500, 502, 503].includes(status), code);
    assert.deepEqual(refusal(code), { code, text, retryable });
  }
});

test("CLS-1 the range of a close code says what to do next", () => {
  for (const { code, text } of Object.values(closes)) {
    assert.ok(
      code >= 4000 && code < 4300 && new TextEncoder().encode(text).length <= 123,
      `${code}`,
    );
  }
  assert.deepEqual([4000, 4099, 4100, 4199, 4200, 4299].map(afterClose), [
    "reconnect",
    "reconnect",
    "authenticate",
    "authenticate",
    "stop",
    "stop",
  ]);
  for (const code of [1000, 1001, 1005, 1006, 1011, 1012])
    assert.equal(afterClose(code), "reconnect");
});

test("PRM-1 PRM-2 the table of permissions", () => {
  const settings = defaultRoomSettings;
  const mayIn = (kind: RoomKind, role: Role | null): string => {
    const room = { kind, archived_at: null, settings };
    return permissions.filter((one) => may(role, one, room)).join(" ");
  };
  const granted = roomKinds.flatMap((kind) =>
    [null, ...roles].map((role) => `${kind} ${role}: ${mayIn(kind, role)}`),
  );
  const all = permissions.join(" ");
  const ordinary =
    "room.read room.leave message.send message.edit_own message.delete_own message.react message.versions mention.everyone";
  const between_two =
    "room.read message.send message.edit_own message.delete_own message.react message.versions mention.everyone";
  const equals = (role: Role) => between_two + (role === "member" ? "" : " message.pin");
  assert.deepEqual(granted, [
    "direct null: ",
    ...roles.map((role) => `direct ${role}: ${equals(role)}`),
    "group null: ",
    `group owner: ${all}`,
    `group admin: ${all}`,
    `group member: ${ordinary}`,
    "channel null: ",
    `channel owner: ${all}`,
    `channel admin: ${all}`,
    `channel member: ${ordinary}`,
  ]);
});
