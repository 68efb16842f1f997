import assert from "node:assert/strict";
import { chainFault, genesisHash } from "../../../schema/chain.ts";
import type { LogEvent } from "../../../schema/events.ts";
import { whoCame, whoWent } from "../../../schema/events.ts";
import { rebuild } from "../../../durable/room/rebuild.ts";
import { log } from "../../../durable/room/stores/log.ts";
import { headIsSigned } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";
import type { History } from "./history.ts";

/** What must hold when the faults have stopped, whatever happened before. */
export function checkInvariants(history: History): void {
  const { room, clients, archive } = history;
  const events = log.range(room.host.sql, {
    after: 0,
    through: Number.MAX_SAFE_INTEGER,
    limit: Number.MAX_SAFE_INTEGER,
    max_bytes: Number.MAX_SAFE_INTEGER,
  });
  oneOrderWithoutGaps(history, events);
  for (const client of clients) acknowledgedExactlyOnce(client, events);
  for (const client of clients) heardOnlyAsMember(client, events);
  const texts = new Map(room.rows("messages").map((row) => [row["message_id"], row["text"]]));
  for (const client of clients) if (client.line) sameForEveryone(client, events, texts);
  assert.deepEqual(
    [...archive.events.keys()],
    events.map((event) => event.seq),
    "the archive holds the log",
  );
  const waiting = room.rows("outbox").filter((row) => row["target"] === "archive");
  assert.deepEqual(waiting, [], "nothing waits for the archive");
  whatIsDeletedIsGone(history);
  rebuiltTablesAreEqual(history);
}

function oneOrderWithoutGaps({ room }: History, events: readonly LogEvent[]): void {
  let hash = genesisHash(room.room_id);
  let at = 0;
  events.forEach((event, index) => {
    assert.equal(chainFault(event, index + 1, hash), null, `the chain holds at ${event.seq}`);
    assert.ok(event.at >= at, "time does not go back in the log");
    ({ hash, at } = event);
  });
  const ids = new Set(events.map((event) => event.command_id));
  assert.equal(ids.size, events.length, "one command, one event");
}

function acknowledgedExactlyOnce(client: SimulatedClient, events: readonly LogEvent[]): void {
  for (const [command_id, receipts] of client.receipts) {
    const caused = events.filter((event) => event.command_id === command_id);
    assert.equal(caused.length, 1, `${command_id} was acknowledged and is in the log once`);
    for (const receipt of receipts) {
      assert.equal(receipt.seq, caused[0]?.seq);
      assert.equal(receipt.hash, caused[0]?.hash);
      assert.deepEqual(receipt, receipts[0], "every receipt is the first one");
      assert.ok(headIsSigned(receipt.head), "the receipt's head is signed");
      assert.ok(
        receipt.head.seq >= receipt.seq && events[receipt.head.seq - 1]?.hash === receipt.head.hash,
      );
    }
  }
  for (const command_id of client.had_nothing_to_do)
    assert.ok(!events.some((event) => event.command_id === command_id), "nothing was to be done");
  for (const [command_id, refusal] of client.refusals) {
    const was_heard_again = (client.heard_by_room.get(command_id) ?? 0) > 1;
    if (refusal.code === "command_id_reused" || was_heard_again) continue;
    assert.ok(
      !events.some((event) => event.command_id === command_id),
      `${refusal.code}, so ${command_id} had no effect`,
    );
  }
}

function heardOnlyAsMember(client: SimulatedClient, events: readonly LogEvent[]): void {
  let member = false;
  const inside = new Set<number>();
  for (const event of events) {
    if (whoCame(event).some(({ user_id }) => user_id === client.user_id)) member = true;
    if (member) inside.add(event.seq);
    if (whoWent(event) === client.user_id) member = false;
  }
  for (const seq of client.heard)
    assert.ok(inside.has(seq), `${client.name} heard ${seq} only as a member`);
}

function sameForEveryone(
  client: SimulatedClient,
  events: readonly LogEvent[],
  texts: ReadonlyMap<unknown, unknown>,
): void {
  assert.equal(client.position?.seq, events.length, `${client.name} is at the head`);
  assert.equal(client.hash, events.at(-1)?.hash, `${client.name} has the same chain`);
  for (const [message_id, text] of client.texts)
    assert.equal(text, texts.get(message_id), `${client.name} sees what is there`);
}

/** Words stand in the log only where they came after the last deletion of their message. */
function whatIsDeletedIsGone({ room }: History): void {
  const log = room.rows("log");
  const deleted_at = new Map(
    log.flatMap(({ type, subject, seq }) =>
      type === "message.deleted" ? [[subject, Number(seq)] as const] : [],
    ),
  );
  for (const { type, subject, body, seq } of log) {
    if (!saysWords.test(String(type)) || Number(seq) > (deleted_at.get(subject) ?? 0)) continue;
    assert.equal(body, null, `${seq} says nothing any more`);
  }
}
const saysWords = /^message\.(sent|edited|restored)$/;

function rebuiltTablesAreEqual({ room }: History): void {
  const tables = ["room", "members", "messages", "log", "reactions", "pins", "mentions"];
  const live = tables.map((table) => room.rows(table));
  rebuild(room.engine.context);
  assert.deepEqual(
    tables.map((table) => room.rows(table)),
    live,
    "tables made again from the log are equal",
  );
}
