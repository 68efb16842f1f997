import assert from "node:assert/strict";
import { test } from "node:test";
import { inboxCommands } from "../../schema/inbox-commands.ts";
import { heard, LocalInboxes } from "../support/local-inbox.ts";
import { userId } from "../support/local-room.ts";

const all = inboxCommands.map((command) => command.entries.type.literal);
const closed = ["request", "accept", "cancel"];

test("INV-11 a guest knows nobody by their inbox, over HTTP or a socket, and keeps others away", async () => {
  const guest = new LocalInboxes().at("visitor");
  await guest.signsIn("visitor", { method: "invitation" });
  const user_id = userId("ada");
  for (const type of closed) assert.equal(await guest.does(type, { user_id }), "not_allowed", type);
  const socket = guest.comesIn();
  for (const type of closed) {
    const command_id = guest.newId("command");
    const [answer] = guest.says(socket, { type, command_id, user_id });
    assert.ok(answer?.type === "refused" && answer.refusal.code === "not_allowed", type);
  }
  assert.equal(await guest.does("block", { user_id }), "done");
  assert.equal(await guest.does("mode", { mode: "dnd" }), "done");
  const { contacts, blocks } = await guest.state();
  assert.deepEqual([contacts.length, blocks.length], [0, 1]);
  assert.deepEqual(heard(socket).filter((frame) => frame.type === "refused").length, 0);
});

test("INV-11 what is closed to guests is open to whoever has an account, and there is nothing else", async () => {
  const people = new LocalInboxes();
  const [ada, visitor] = [people.at("ada"), people.at("visitor")];
  await ada.signsIn();
  await visitor.signsIn("visitor", { method: "invitation" });
  const codes = async (inbox: typeof ada) => {
    const answers = await Promise.all(all.map((type) => inbox.does(type, fields[type])));
    return all.filter((_, at) => answers[at] === "not_allowed");
  };
  assert.deepEqual(await codes(ada), []);
  assert.deepEqual(await codes(visitor), closed);
});

const room = { room_id: "room_00000000-0000-7000-8000-000000000001" };
const message = { ...room, message_id: "message_00000000-0000-7000-8000-000000000001" };
const person = { user_id: userId("bo") };
const fields: Record<string, Record<string, unknown>> = {
  arrange: room,
  draft: { ...room, text: "", edited_at: 1 },
  bookmark: message,
  unbookmark: message,
  settings: { change: {} },
  status: { status: null },
  mode: { mode: "auto" },
  ...Object.fromEntries(
    ["request", "accept", "decline", "cancel", "remove", "block", "unblock"].map((type) => [
      type,
      person,
    ]),
  ),
};
