import assert from "node:assert/strict";
import { test } from "node:test";
import type { Receipt } from "../../schema/receipt.ts";
import { verifyReceipt } from "../../client/verify.ts";
import { testPublicKey } from "../support/local-room.ts";
import { aRoom, receiptOf } from "./world.ts";

/** A receipt from the middle of a flush, so that its head is a later entry, and the events between. */
function aReceipt() {
  const room = aRoom();
  room.local.settle();
  room.asksLater("ada", "send", { text: "opens the flush" });
  const asked = ["one", "two", "three"].map((text) => room.asksLater("ada", "send", { text }));
  room.local.settle();
  const answer = asked[0]?.answers[0];
  assert.ok(answer?.ok);
  const receipt = receiptOf(answer.value);
  assert.equal(receipt.head.seq, receipt.seq + 2);
  return { room, receipt, between: room.log().slice(receipt.seq, receipt.head.seq) };
}

test("RCP-1 a receipt proves its entry, over the events that link it to the signed head", async () => {
  const { receipt, between } = aReceipt();
  assert.equal(await verifyReceipt(receipt, testPublicKey, between), "valid");
});

test("RCP-1 a receipt of a lone command needs nothing but itself and the key", async () => {
  const room = aRoom();
  room.local.settle();
  const answer = room.asks("ada", "send", { text: "alone" });
  assert.ok(answer.ok);
  assert.equal(await verifyReceipt(receiptOf(answer.value), testPublicKey, []), "valid");
});

test("RCP-2 a receipt that was changed in any field is refused", async () => {
  const { receipt, between } = aReceipt();
  const other = aRoom({ seed: 2 });
  const { head } = receipt;
  const changes: Partial<Receipt>[] = [
    { seq: receipt.seq + 1 },
    { at: receipt.at + 1 },
    { type: "message.deleted" },
    { actor: "user_00000000-0000-7000-8000-00000000dead" },
    { device: "device_00000000-0000-7000-8000-00000000dead" },
    { command_id: other.local.newId("command") },
    { body_hash: receipt.prev_hash },
    { prev_hash: receipt.body_hash },
    { hash: receipt.prev_hash },
    { room_id: "room_00000000-0000-7000-8000-00000000dead" },
    { epoch: other.local.newId("epoch") },
    { head: { ...head, seq: head.seq + 1 } },
    { head: { ...head, hash: receipt.hash } },
    { head: { ...head, room_id: "room_00000000-0000-7000-8000-00000000dead" } },
    {
      head: {
        ...head,
        signature: head.signature.replace(/^./, (one) => (one === "A" ? "B" : "A")),
      },
    },
    { head: { ...head, signature: "" } },
  ];
  for (const change of changes) {
    assert.equal(
      await verifyReceipt({ ...receipt, ...change }, testPublicKey, between),
      "forged",
      JSON.stringify(change),
    );
  }
});

test("RCP-2 a receipt is refused with other events between, and under another key", async () => {
  const { receipt, between } = aReceipt();
  assert.equal(await verifyReceipt(receipt, testPublicKey, between.slice(1)), "forged");
  assert.equal(await verifyReceipt(receipt, testPublicKey, between.toReversed()), "forged");
  const [first, ...rest] = between;
  assert.ok(first);
  const said = { ...first, body: { ...first.body, text: "forged" } };
  assert.equal(await verifyReceipt(receipt, testPublicKey, [said, ...rest]), "forged");
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { x = "" } = (await crypto.subtle.exportKey(
    "jwk",
    (pair as CryptoKeyPair).publicKey,
  )) as JsonWebKey;
  assert.equal(await verifyReceipt(receipt, { ...testPublicKey, x }, between), "forged");
  assert.equal(
    await verifyReceipt(receipt, { ...testPublicKey, kid: "another" }, between),
    "unknown",
  );
});
