import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyHash, sha256Text } from "../../schema/chain.ts";
import { bodyOf } from "../../schema/events.ts";
import type { Receipt } from "../../schema/receipt.ts";
import type { Answer } from "../../schema/rpc.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import { headIsSigned } from "../support/local-room.ts";
import { aRoom, codeOf } from "./world.ts";

function receiptOf(answer: Answer<ReceiptAnswer>): Receipt {
  assert.ok(answer.ok, codeOf(answer));
  assert.ok(answer.value.receipt);
  return answer.value.receipt;
}

test("LOG-1 LOG-3 seq is contiguous in the order of commitment, and each event names its command", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const ids = ["ada", "bo", "cy", "ada"].map((name, index) => room.says(name, `message ${index}`));
  const log = room.log();
  assert.deepEqual(
    log.map((event) => event.seq),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    log.slice(1).map((event) => event.command_id),
    ids,
  );
});

test("LOG-2 time in the log never goes back", () => {
  const room = aRoom();
  room.says("ada", "now");
  room.local.now_ms -= 3_600_000;
  room.says("ada", "an hour earlier by the clock");
  const [, now, later] = room.log();
  assert.equal(later?.at, now?.at);
});

test("SND-1 RCP-1 an accepted command is in the log once, and its receipt is that entry under a signed head", () => {
  const room = aRoom();
  const receipt = receiptOf(room.asks("ada", "send", { text: "hello" }));
  const entry = room.log().at(-1);
  assert.equal(entry && bodyOf(entry, "message.sent")?.text, "hello");
  for (const field of [
    "seq",
    "type",
    "at",
    "actor",
    "device",
    "command_id",
    "body_hash",
    "prev_hash",
    "hash",
  ] as const)
    assert.equal(receipt[field], entry?.[field]);
  assert.equal(receipt.head.seq, receipt.seq);
  assert.equal(receipt.head.hash, receipt.hash);
  assert.ok(headIsSigned(receipt.head));
});

test("SND-2 a repeat gets the first receipt to the letter, also after an eviction and long after", () => {
  const room = aRoom();
  const asked = { command_id: room.local.newId("command"), text: "once" };
  const first = room.asks("ada", "send", asked);
  for (let count = 0; count < 30; count += 1) room.says("ada", `later ${count}`);
  room.local.now_ms += 90 * 24 * 3_600_000;
  room.local.wake();
  const again = room.asks("ada", "send", asked);
  assert.ok(first.ok && again.ok);
  assert.deepEqual(again.value, { receipt: first.value.receipt, replayed: true });
  assert.equal(first.value.replayed, false);
  assert.equal(room.log().filter((event) => event.command_id === asked.command_id).length, 1);
});

test("SND-2 a repeat in the same flush is a repeat too", () => {
  const room = aRoom();
  room.says("ada", "a flush is now pending");
  const busy = room.asksLater("ada", "send", { text: "first in the turn" });
  const asked = { command_id: room.local.newId("command"), text: "twice at once" };
  const one = room.asksLater("ada", "send", asked);
  const other = room.asksLater("ada", "send", asked);
  room.local.settle();
  assert.equal(busy.answers.length, 1);
  const [first, again] = [one.answers[0]!, other.answers[0]!];
  assert.deepEqual(receiptOf(first), receiptOf(again));
  assert.deepEqual(
    [first.ok && first.value.replayed, again.ok && again.value.replayed],
    [false, true],
  );
});

test("SND-2 someone who has left still gets the receipt of leaving", () => {
  const room = aRoom({ members: ["bo"] });
  const asked = { command_id: room.local.newId("command") };
  const first = room.asks("bo", "leave", asked);
  assert.deepEqual(receiptOf(room.asks("bo", "leave", asked)), receiptOf(first));
  assert.equal(codeOf(room.asks("bo", "send", { text: "still here?" })), "not_found");
});

test("SND-3 an id used for something else, or by someone else, is refused and changes nothing", () => {
  const room = aRoom({ members: ["bo"] });
  const command_id = room.says("ada", "the first");
  const before = room.dump();
  assert.equal(
    codeOf(room.asks("ada", "send", { command_id, text: "another" })),
    "command_id_reused",
  );
  assert.equal(codeOf(room.asks("ada", "leave", { command_id })), "command_id_reused");
  assert.equal(
    codeOf(room.asks("bo", "send", { command_id, text: "the first" })),
    "command_id_reused",
  );
  assert.equal(codeOf(room.asks("dee", "send", { command_id, text: "the first" })), "not_found");
  assert.deepEqual(room.dump(), before);
});

test("SND-4 a refused command stores nothing, and its id may be used again", () => {
  const room = aRoom();
  const before = room.dump();
  const asked = { command_id: room.local.newId("command"), text: "let me in" };
  assert.equal(codeOf(room.asks("dee", "send", asked)), "not_found");
  assert.equal(codeOf(room.asks("ada", "send", { ...asked, text: " " })), "invalid");
  assert.deepEqual(room.dump(), before);
  assert.equal(codeOf(room.asks("ada", "send", asked)), "accepted");
});

test("SND-5 a command that fails takes only itself back", () => {
  const room = aRoom();
  // Storage refuses one particular message, as a full disk or a bug would.
  room.local.world.db.exec(
    "CREATE TRIGGER broken BEFORE INSERT ON messages WHEN NEW.text = 'breaks' BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );
  const first = room.asksLater("ada", "send", { text: "opens the flush" });
  const asked = ["before", "breaks", "after"].map((text) =>
    room.asksLater("ada", "send", { text }),
  );
  room.local.settle();
  assert.deepEqual(
    [first, ...asked].map(({ answers }) => codeOf(answers[0]!)),
    ["accepted", "accepted", "internal", "accepted"],
  );
  const texts = room.log().map((event) => bodyOf(event, "message.sent")?.text);
  assert.deepEqual(texts, [undefined, "opens the flush", "before", "after"]);
  assert.ok(
    room.local.logged.some(({ level, event }) => level === "error" && event === "command.failed"),
  );
});

test("LIM-2 text of 65,536 bytes passes, and one byte more is refused before anything is stored", () => {
  const room = aRoom();
  assert.equal(codeOf(room.asks("ada", "send", { text: "x".repeat(65_536) })), "accepted");
  const before = room.dump();
  assert.equal(codeOf(room.asks("ada", "send", { text: "x".repeat(65_537) })), "text_too_long");
  assert.equal(
    codeOf(room.asks("ada", "send", { text: `${"ä".repeat(32_768)}x` })),
    "text_too_long",
  );
  assert.equal(codeOf(room.asks("ada", "send", { text: "ä".repeat(32_768) })), "accepted");
  assert.notDeepEqual(room.dump(), before);
});

test("LOG-5 a deleted message cannot be guessed back, and its command is still known by its id", () => {
  const room = aRoom();
  const text = "my PIN is 4711";
  const command_id = room.says("ada", text);
  room.asks("ada", "delete", { message_id: command_id.replace("command_", "message_") });
  const stored = JSON.stringify(room.dump());
  for (const guess of [
    { type: "send", text },
    { text, message_id: command_id.replace("command_", "message_") },
  ]) {
    assert.ok(!stored.includes(sha256Text(guess)));
    assert.ok(!stored.includes(bodyHash("", guess)));
  }
  const again = room.asks("ada", "send", { command_id, text });
  assert.ok(again.ok && again.value.replayed);
});

test("LOG-5 what a deleted message said is nowhere in log and tables, in no version", () => {
  const room = aRoom();
  const message_id = room.says("ada", "secret-one").replace("command_", "message_");
  room.asks("ada", "edit", { message_id, text: "secret-two" });
  assert.equal(codeOf(room.asks("ada", "delete", { message_id })), "accepted");
  const { withheld: apart, ...tables } = room.dump();
  assert.equal(apart?.length, 1);
  const stored = JSON.stringify(tables);
  assert.ok(!stored.includes("secret-one") && !stored.includes("secret-two"));
  const [, sent, edited, deleted] = room.log();
  assert.deepEqual([sent?.body, sent?.salt, edited?.body, edited?.salt], [null, null, null, null]);
  assert.equal(deleted?.type, "message.deleted");
});
