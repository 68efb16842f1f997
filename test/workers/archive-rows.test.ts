import { expect, test } from "vitest";
import { messageIdOf } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { inParameters, stepRows } from "../../workers/services/archive-rows.ts";
import { shardOf } from "../../workers/services/history.ts";
import { deriveId } from "../../schema/ids.ts";
import { buildLog } from "./log-builder.ts";

test("ARCH-10 a message is its sending, its last edit and its deletion", () => {
  const log = buildLog();
  const kept = log.sends("first");
  const gone = log.sends("second");
  log.edits(kept, "first, better");
  log.edits(kept, "first, best");
  const deleted = log.deletes(gone);
  const rows = stepRows({ room_id: log.room_id, epoch: log.epoch, events: log.events });
  const [keptId, goneId] = [messageIdOf(kept.command_id), messageIdOf(gone.command_id)];
  expect(rows.sent.map(({ message_id, seq, text }) => ({ message_id, seq, text }))).toEqual([
    { message_id: keptId, seq: 2, text: "first" },
    { message_id: goneId, seq: 3, text: null },
  ]);
  expect(rows.changed).toMatchObject([
    { message_id: keptId, text: "first, best", edited_at: 1_004, deleted_at: null, is_placed: 0 },
    { message_id: goneId, text: null, deleted_at: deleted.at, deleted_by: deleted.actor },
  ]);
  expect(rows.erased).toEqual([{ message_id: goneId, epoch: log.epoch, before: deleted.seq }]);
  expect(rows.events.map((row) => row.subject)).toEqual([
    null,
    keptId,
    goneId,
    keptId,
    keptId,
    goneId,
  ]);
});

test("ARCH-10 what comes after one another in a step is one change: an edit keeps what a restoration says, and a deletion ends it all", () => {
  const log = buildLog();
  const sent = log.sends("a reply");
  const parent = messageIdOf(log.sends("root").command_id);
  const large = { sha256: "x".repeat(43), bytes: 70_000 };
  log.deletes(sent, { parent });
  log.restores(sent, "a reply", { quote: parent, large });
  const rowOf = () =>
    stepRows({ room_id: log.room_id, epoch: log.epoch, events: log.events }).changed[0];
  const placed = { parent, in_room: 0, is_placed: 1, is_whole: 1 };
  expect(rowOf()).toMatchObject({ ...placed, text: "a reply", deleted_at: null });
  expect(JSON.parse(rowOf()?.more ?? "")).toEqual({ quote: parent, large });
  log.edits(sent, "shorter");
  expect(rowOf()).toMatchObject({ ...placed, text: "shorter", more: `{"quote":"${parent}"}` });
  log.deletes(sent, { parent, in_room: true });
  expect(rowOf()).toMatchObject({ ...placed, in_room: 1, text: null, more: null });
});

test("ARCH-3 a step is cut into parameters that a database takes, and none is lost", () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, text: "ü".repeat(id) }));
  const parameters = inParameters(rows, 1_000);
  expect(parameters.length).toBeGreaterThan(10);
  expect(parameters.every((text) => Buffer.byteLength(text) <= 1_000)).toBe(true);
  expect(parameters.flatMap((text) => JSON.parse(text))).toEqual(rows);
  expect(inParameters([])).toEqual([]);
  expect(inParameters([{ text: "x".repeat(2_000) }], 1_000)).toHaveLength(1);
});

test("ARCH-3 the largest step fits, whatever is in it", () => {
  // JSON writes a control character in six bytes.
  const worst = Array.from({ length: 16 }, (_, seq) => ({
    seq,
    text: "\u0001".repeat(limits.text_bytes),
  }));
  expect(inParameters(worst).every((text) => Buffer.byteLength(text) < limits.row_bytes)).toBe(
    true,
  );
});

test("ARCH-8 a room's database follows from its id, evenly, and a further one takes rooms only to itself", () => {
  const rooms = Array.from({ length: 2_000 }, (_, n) => deriveId("room", String(n)));
  const two = rooms.map((room_id) => shardOf(room_id, 2));
  const three = rooms.map((room_id) => shardOf(room_id, 3));
  expect(two.filter((shard) => shard === 0).length).toBeGreaterThan(850);
  expect(two.filter((shard) => shard === 1).length).toBeGreaterThan(850);
  expect(three.every((shard, i) => shard === 2 || shard === two[i])).toBe(true);
  // Fixed for ever: a room that is looked for elsewhere is a room without history.
  expect(rooms.slice(0, 8).map((room_id) => shardOf(room_id, 2))).toMatchInlineSnapshot(`
    [
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      1,
    ]
  `);
});
