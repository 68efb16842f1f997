import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainFault, genesisHash } from "../../schema/chain.ts";
import type { LogEvent } from "../../schema/events.ts";
import { EventPageSchema, ReadySchema } from "../../schema/http.ts";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import type { Message } from "../../schema/message.ts";
import { MessageSchema, plainMessage } from "../../schema/message.ts";
import { historyDatabases } from "../../workers/env.ts";
import { shardOf } from "../../workers/services/history.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, signUp } from "./person.ts";

let server: Server;
let ada: Person;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server.origin, "ada");
});
afterAll(() => server.close());

async function databaseOf(room_id: RoomId): Promise<D1Database> {
  const databases = historyDatabases(await server.env());
  const database = databases[shardOf(room_id, databases.length)];
  if (!database) throw new Error("no database");
  return database;
}

interface Archived extends Omit<LogEvent, "body"> {
  body: string | null;
}
async function archived(room_id: RoomId): Promise<LogEvent[]> {
  const database = await databaseOf(room_id);
  const { results } = await database
    .prepare("SELECT * FROM events WHERE room_id = ?1 ORDER BY seq")
    .bind(room_id)
    .all<Archived>();
  return results.map(({ body, ...row }) => ({
    ...row,
    body: body === null ? null : JSON.parse(body),
  }));
}

const WAIT_MS = 30_000;

/** Waits for what comes by itself: the outbox gathers, the queue delivers, a retry has its delay. */
async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  const until = Date.now() + WAIT_MS;
  let seen = await look();
  while (!isThere(seen)) {
    if (Date.now() > until)
      throw new Error(
        `not seen in ${WAIT_MS} ms; last seen: ${JSON.stringify(seen).slice(0, 500)}`,
      );
    await sleep(100);
    seen = await look();
  }
  return seen;
}

const ready = async () => v.parse(ReadySchema, (await ask(server.origin, "/v1/health/ready")).json);

test("ARCH-1 what is said in a room comes into the archive by itself, whole and in order", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Archive" });
  for (let i = 1; i <= 20; i += 1) await ada.sends(room_id, `message ${i}`);
  const events = await eventually(
    () => archived(room_id),
    (seen) => seen.length === 21,
  );
  const page = v.parse(EventPageSchema, (await ada.asks(`/v1/rooms/${room_id}/events`)).json);
  expect(events).toMatchObject(page.events);
  expect(
    events.map((event, i) => chainFault(event, i + 1, events[i - 1]?.hash ?? genesisHash(room_id))),
  ).toEqual(events.map(() => null));
  // The room's outbox is empty: the archive has confirmed.
  const storage = await server.worker.getDurableObjectStorage("Room", { name: room_id });
  await eventually(
    () => storage.exec("SELECT * FROM outbox"),
    (rows) => rows.length === 0,
  );
  const { archive } = await ready();
  expect(archive).toMatchObject({
    rooms_behind: 0,
    oldest_pending_ms: null,
    last_lag_ms: expect.any(Number),
  });
});

/** A message's row, as the room tells it of the message by itself. */
interface MessageRow extends Omit<Message, "in_room"> {
  in_room: number;
  more: string | null;
}
const columns =
  "message_id, seq, author, text, at, edited_at, deleted_at, deleted_by, parent, in_room, more";

async function archivedMessages(room_id: RoomId) {
  const database = await databaseOf(room_id);
  const query = `SELECT ${columns} FROM messages WHERE room_id = ?1 ORDER BY seq`;
  const { results } = await database.prepare(query).bind(room_id).all<MessageRow>();
  return results.map(({ more, in_room, ...row }) => {
    const said = JSON.parse(more ?? "{}") as Partial<Message>;
    return { ...plainMessage, ...row, ...said, in_room: in_room === 1 };
  });
}

test("ARCH-10 the archive shows a room's messages as the room does: replies, quotes, forwards, long ones, those edited, deleted and restored", async () => {
  const [room_id, elsewhere] = await Promise.all([
    ada.creates({ kind: "group", name: "Changes" }),
    ada.creates({ kind: "group", name: "Elsewhere" }),
  ]);
  const ids: MessageId[] = [];
  const says = async (body: object, path = `/v1/rooms/${room_id}/messages`) => {
    const key = newId("command");
    const headers = { "idempotency-key": key };
    expect((await ada.asks(path, { method: "POST", body, headers })).status).toBe(201);
    if (path.includes(room_id)) ids.push(messageIdOf(key));
    return messageIdOf(key);
  };
  const from_message = await says({ text: "said elsewhere" }, `/v1/rooms/${elsewhere}/messages`);
  const root = await says({ text: "first draft" });
  const gone = await says({ text: "a secret that goes" });
  const back = await says({ text: `<@${ada.user_id}>, hidden`, parent: root, quote: gone });
  await says({ text: "in both", parent: root, in_room: true, silent: true });
  await says({ text: "long ".repeat(20_000) });
  const forward = `/v1/rooms/${room_id}/messages/forward`;
  await says({ from_room: elsewhere, from_message }, forward);
  const changes = async (message_id: MessageId, method: string, end = "", body?: object) => {
    const path = `/v1/rooms/${room_id}/messages/${message_id}${end}`;
    const reply = await ada.asks(path, { method, ...(body && { body }) });
    expect(reply.status, reply.text).toBe(200);
    return reply.json;
  };
  // Some of it is archived before it changes, and some after.
  await eventually(
    () => archived(room_id),
    (seen) => seen.length > 1,
  );
  await changes(root, "PATCH", "", { text: "final" });
  await changes(gone, "DELETE");
  await changes(back, "PATCH", "", { text: "hidden, edited" });
  await changes(back, "DELETE");
  await changes(back, "PUT", "/restore");
  await changes(root, "PUT", "/pin");
  await changes(root, "PUT", "/reactions/%F0%9F%91%8D");
  await eventually(
    () => archived(room_id),
    (seen) => seen.length === 14,
  );
  const told = await Promise.all(ids.map((message_id) => changes(message_id, "GET")));
  // What others have done to a message is not in its row: pins, replies and reactions are events.
  const alone = { pinned_at: null, thread: null, reactions: [] };
  expect(await archivedMessages(room_id)).toEqual(
    told.map((message) => ({ ...v.parse(MessageSchema, message), ...alone })),
  );
  expect(JSON.stringify(await archived(room_id))).not.toContain("a secret that goes");
});

test("ARCH-2 notices from nowhere, of nothing and twice over leave the archive as it is", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Notices" });
  await ada.sends(room_id, "once");
  const [event] = await eventually(
    () => archived(room_id),
    (seen) => seen.length === 2,
  );
  const { ARCHIVE_QUEUE } = await server.env();
  const notice = { room_id, epoch: newId("epoch"), through: 99, noticed_at: Date.now() };
  for (const body of [notice, notice, { ...notice, room_id: newId("room") }, "no notice" as never])
    await ARCHIVE_QUEUE.send(body);
  await ada.sends(room_id, "twice");
  const events = await eventually(
    () => archived(room_id),
    (seen) => seen.length === 3,
  );
  expect(events[0]).toEqual(event);
  expect((await ready()).status).toBe("ready");
});

test("ARCH-6 an archive that fails for a while is caught up with, and shows meanwhile", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Storm" });
  const database = await databaseOf(room_id);
  await eventually(
    () => archived(room_id),
    (seen) => seen.length === 1,
  );
  await database.prepare("ALTER TABLE watermarks RENAME TO watermarks_away").run();
  const receipt = await ada.sends(room_id, "during the storm");
  expect(receipt.receipt?.seq).toBe(2);
  const during = await eventually(
    ready,
    (seen) => seen.archive?.rooms_behind === 1 || seen.parts["archive"]?.ok === false,
  );
  expect(during.parts["rooms"]).toEqual({ ok: true });
  await database.prepare("ALTER TABLE watermarks_away RENAME TO watermarks").run();
  await ada.sends(room_id, "after the storm");
  const events = await eventually(
    () => archived(room_id),
    (seen) => seen.length === 3,
  );
  expect(events.map((event) => event.body?.["text"])).toEqual([
    undefined,
    "during the storm",
    "after the storm",
  ]);
  await eventually(ready, (seen) => seen.archive?.rooms_behind === 0);
});

test("ARCH-4 an archive with another history is not confirmed, and says so", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Forged" });
  await eventually(
    () => archived(room_id),
    (seen) => seen.length === 1,
  );
  const database = await databaseOf(room_id);
  await database
    .prepare("UPDATE watermarks SET hash = ?2 WHERE room_id = ?1")
    .bind(room_id, "A".repeat(43))
    .run();
  await ada.sends(room_id, "not archived");
  const { DIRECTORY } = await server.env();
  const lag = () =>
    DIRECTORY.prepare("SELECT last_error FROM archive_lag WHERE room_id = ?1")
      .bind(room_id)
      .first<{ last_error: string }>();
  const row = await eventually(lag, (seen) => seen !== null);
  expect(row?.last_error).toBe("room refused: history_differs");
  expect(await archived(room_id)).toHaveLength(1);
  const storage = await server.worker.getDurableObjectStorage("Room", { name: room_id });
  expect(await storage.exec("SELECT * FROM outbox")).not.toEqual([]);
});

test("ARCH-7 a notice that was given up on is in the ledger, and a later one catches up", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Dead letters" });
  await eventually(
    () => archived(room_id),
    (seen) => seen.length === 1,
  );
  const { DIRECTORY, ARCHIVE_QUEUE } = await server.env();
  const rows = async () =>
    (
      await DIRECTORY.prepare("SELECT last_error FROM archive_lag WHERE room_id = ?1")
        .bind(room_id)
        .all()
    ).results;
  await DIRECTORY.prepare("INSERT INTO archive_lag VALUES (?1, 1, 9, 'dead letter', 1)")
    .bind(room_id)
    .run();
  expect(v.parse(ReadySchema, (await ask(server.origin, "/v1/health/ready")).json).status).toBe(
    "degraded",
  );
  await ARCHIVE_QUEUE.send({ room_id, epoch: newId("epoch"), through: 1, noticed_at: Date.now() });
  await eventually(rows, (seen) => seen.length === 0);
});
