import { afterAll, beforeAll, expect, test } from "vitest";
import { chainFault, genesisHash } from "../../schema/chain.ts";
import type { LogEvent } from "../../schema/events.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Watermark } from "../../schema/rpc.ts";
import { checkStep } from "../../workers/consumers/archive.ts";
import type { History } from "../../workers/services/history.ts";
import { createHistory } from "../../workers/services/history.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { BuiltLog } from "./log-builder.ts";
import { buildLog } from "./log-builder.ts";

let server: Server;
let database: D1Database;
let history: History;

beforeAll(async () => {
  server = await startServer();
  database = (await server.env()).HISTORY_0;
  history = createHistory(database);
});
afterAll(() => server.close());

interface EventRow extends Omit<LogEvent, "body"> {
  body: string | null;
  subject: string | null;
}
const eventRows = async ({ room_id }: BuiltLog) =>
  (
    await database
      .prepare("SELECT * FROM events WHERE room_id = ?1 ORDER BY seq")
      .bind(room_id)
      .all<EventRow>()
  ).results;
const messageRows = async ({ room_id }: BuiltLog) =>
  (
    await database
      .prepare("SELECT * FROM messages WHERE room_id = ?1 ORDER BY seq")
      .bind(room_id)
      .all()
  ).results;
const eventOf = ({ body, ...row }: EventRow): LogEvent => ({
  ...row,
  body: body === null ? null : JSON.parse(body),
});

/** One step from `from`, checked and written as the consumer does it. */
async function takes(
  log: BuiltLog,
  from: Watermark | null,
  count: number = limits.archive_events,
): Promise<boolean> {
  const answer = log.step(from, count);
  if (!answer.ok) throw new Error("the log refused");
  return history.append(from, answer.value, checkStep(log.room_id, from, answer.value));
}

function chainOf(log: BuiltLog, events: readonly LogEvent[]): (string | null)[] {
  return events.map((event, i) =>
    chainFault(event, i + 1, events[i - 1]?.hash ?? genesisHash(log.room_id)),
  );
}

const difficult =
  'quote " \' \\ ; -- \u0000 nul, \u2028 line, ünï, 你好, 🏳️‍🌈, \u202e, {"json":[1]}, 1e400';

test("ARCH-1 what was archived is what the room said, byte for byte, and its chain verifies", async () => {
  const log = buildLog();
  log.sends(difficult);
  log.sends("second");
  expect(await takes(log, null)).toBe(true);
  const events = (await eventRows(log)).map(eventOf);
  expect(events).toMatchObject(log.events);
  expect(chainOf(log, events)).toEqual([null, null, null]);
  expect(await history.watermark(log.room_id)).toEqual(log.watermark(3));
});

test("ARCH-10 a message is there as it is shown, whatever is in its text", async () => {
  const log = buildLog();
  const [kept, gone] = [log.sends(difficult), log.sends("soon gone")];
  await takes(log, null);
  log.edits(kept, `${difficult} edited`);
  const deleted = log.deletes(gone);
  await takes(log, log.watermark(3));
  expect(await messageRows(log)).toMatchObject([
    {
      message_id: messageIdOf(kept.command_id),
      seq: 2,
      author: kept.actor,
      text: `${difficult} edited`,
      at: kept.at,
      edited_at: 1_003,
      deleted_at: null,
    },
    {
      message_id: messageIdOf(gone.command_id),
      seq: 3,
      text: null,
      edited_at: null,
      deleted_at: deleted.at,
    },
  ]);
});

test("ARCH-5 a deletion erases bodies and salts that were archived before it, and only those", async () => {
  const log = buildLog();
  const [kept, gone] = [log.sends("stays"), log.sends("goes, secretly")];
  log.edits(gone, "goes, still secretly");
  await takes(log, null);
  log.deletes(gone);
  await takes(log, log.watermark(4));
  const rows = await eventRows(log);
  expect(rows.map((row) => row.body === null)).toEqual([false, false, true, true, false]);
  expect(rows.map((row) => row.salt === null)).toEqual([false, false, true, true, false]);
  expect(JSON.stringify([rows, await messageRows(log)])).not.toContain("secretly");
  expect(rows[1]?.subject).toBe(messageIdOf(kept.command_id));
  expect(chainOf(log, rows.map(eventOf))).toEqual([null, null, null, null, null]);
});

test("ARCH-10 replies, quotes and long texts keep through edits what they were sent with; a restored message is back whole", async () => {
  const log = buildLog();
  const root = log.sends("root");
  const parent = messageIdOf(root.command_id);
  const large = { sha256: "x".repeat(43), bytes: 70_000 };
  const mentions = { users: [root.actor], roles: [], room: false, here: false };
  const reply = log.sends("long", { parent, quote: parent, silent: true, large, mentions });
  await takes(log, null);
  const rowOf = async () => {
    const [, { more, ...row } = {}] = (await messageRows(log)) as Record<string, unknown>[];
    return { ...row, more: JSON.parse(String(more)) as unknown };
  };
  const place = { parent, in_room: 0, deleted_by: null };
  expect(await rowOf()).toMatchObject({
    ...place,
    more: { quote: parent, silent: true, large, mentions },
  });
  log.edits(reply, "short");
  await takes(log, log.watermark(3));
  expect(await rowOf()).toMatchObject({
    ...place,
    text: "short",
    more: { quote: parent, silent: true },
  });
  const deleted = log.deletes(reply, { parent });
  await takes(log, log.watermark(4));
  expect(await rowOf()).toMatchObject({
    ...place,
    text: null,
    deleted_by: deleted.actor,
    more: null,
  });
  log.restores(reply, "short", { edited_at: 1_003, quote: parent, mentions });
  await takes(log, log.watermark(5));
  expect(await rowOf()).toMatchObject({
    ...place,
    text: "short",
    edited_at: 1_003,
    deleted_at: null,
    more: { quote: parent, mentions },
  });
});

test("ARCH-5 another deletion erases what a restoration said, and a restoration in the same step stays", async () => {
  const log = buildLog();
  const [once, twice] = [log.sends("secret, once"), log.sends("secret, twice")];
  log.deletes(once);
  log.restores(once, "back for good");
  log.deletes(twice);
  log.restores(twice, "secret, back for a while");
  await takes(log, null);
  expect((await messageRows(log)).map((row) => row["text"])).toEqual([
    "back for good",
    "secret, back for a while",
  ]);
  log.deletes(twice);
  await takes(log, log.watermark(7));
  const rows = await eventRows(log);
  expect(rows.map((row) => row.body === null)).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
  expect(JSON.stringify([rows, await messageRows(log)])).not.toContain("secret");
  expect(chainOf(log, rows.map(eventOf))).toEqual(rows.map(() => null));
  expect(await messageRows(log)).toMatchObject([
    { text: "back for good", deleted_at: null },
    { text: null, deleted_at: 1_007 },
  ]);
});

test("ARCH-5 a message that was deleted before it was archived leaves its place and nothing else", async () => {
  const log = buildLog();
  const gone = log.sends("never archived");
  log.edits(gone, "never archived either");
  log.deletes(gone);
  await takes(log, null);
  expect(await messageRows(log)).toMatchObject([
    { seq: 2, text: null, edited_at: null, deleted_at: 1_003 },
  ]);
  expect(JSON.stringify(await eventRows(log))).not.toContain("never archived");
});

test("ARCH-3 of steps that begin at one place the first is written, the others not at all", async () => {
  const log = buildLog();
  for (let i = 0; i < 6; i += 1) log.sends(`${i}`);
  const outcomes = await Promise.all([
    takes(log, null, 3),
    takes(log, null, 5),
    takes(log, null, 2),
  ]);
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  const held = (await history.watermark(log.room_id))?.seq ?? 0;
  expect((await eventRows(log)).map((row) => row.seq)).toEqual(
    Array.from({ length: held }, (_, i) => i + 1),
  );
});

test("ARCH-3 a late step does not bring back what a newer one changed", async () => {
  const log = buildLog();
  const sent = log.sends("first");
  const late = structuredClone(log.step(null));
  await takes(log, null);
  log.edits(sent, "better");
  log.deletes(sent);
  await takes(log, log.watermark(2));
  if (!late.ok) throw new Error("the log refused");
  expect(await history.append(null, late.value, log.watermark(2))).toBe(false);
  expect(await messageRows(log)).toMatchObject([{ text: null }]);
  expect((await eventRows(log))[1]?.body).toBeNull();
  expect((await history.watermark(log.room_id))?.seq).toBe(4);
});

test("ARCH-3 a step whose last statement fails leaves nothing of its first", async () => {
  const log = buildLog();
  log.sends("half");
  const answer = log.step(null);
  if (!answer.ok) throw new Error("the log refused");
  const broken = { ...log.watermark(2), seq: null as unknown as number };
  await expect((async () => history.append(null, answer.value, broken))()).rejects.toThrow(
    "NOT NULL",
  );
  expect(await eventRows(log)).toEqual([]);
  expect(await history.watermark(log.room_id)).toBeNull();
});

test("ARCH-9 the database itself refuses a watermark that goes back", async () => {
  const log = buildLog();
  log.sends("on");
  await takes(log, null);
  const back = database
    .prepare("UPDATE watermarks SET seq = 1 WHERE room_id = ?1")
    .bind(log.room_id);
  await expect((async () => back.run())()).rejects.toThrow("a watermark only grows");
});

test("ARCH-1 the largest step that a room may send is written", async () => {
  const log = buildLog();
  const full = 15;
  for (let i = 0; i < full; i += 1) log.sends("\u0001".repeat(limits.text_bytes - i));
  for (let i = full; i < limits.archive_events - 1; i += 1) log.sends("x");
  expect(await takes(log, null)).toBe(true);
  expect((await history.watermark(log.room_id))?.seq).toBe(limits.archive_events);
  const { results } = await database
    .prepare(
      "SELECT length(text) AS size FROM messages WHERE room_id = ?1 AND seq <= 16 ORDER BY seq",
    )
    .bind(log.room_id)
    .all<{ size: number }>();
  expect(results.map(({ size }) => size)).toEqual(
    Array.from({ length: full }, (_, i) => limits.text_bytes - i),
  );
});

test("ARCH-10 a log that is told again in a new epoch brings its messages again", async () => {
  const log = buildLog();
  const sent = log.sends("before the move");
  log.edits(sent, "after an edit");
  await takes(log, null);
  const again = { room_id: log.room_id, epoch: newId("epoch"), events: log.events.slice(0, 2) };
  expect(
    await history.append(log.watermark(3), again, { ...log.watermark(2), epoch: again.epoch }),
  ).toBe(true);
  expect(await messageRows(log)).toMatchObject([
    { epoch: again.epoch, text: "before the move", edited_at: null },
  ]);
  expect(await eventRows(log)).toHaveLength(5);
});
