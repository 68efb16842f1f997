import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { callerOf } from "../support/local-room.ts";
import { aRoom, codeOf } from "./world.ts";

test("ASK-3 messages are asked for by their ids, and come in the room's order, wherever they stand", () => {
  const room = aRoom({ members: ["bo"] });
  const [first, second] = [room.writes("ada", "one"), room.writes("ada", "two")];
  const reply = room.writes("bo", "in the thread", { parent: first });
  room.does("ada", "delete", { message_id: second });
  const message_ids = [reply, second, room.local.newId("message"), first, first];
  const { messages } = room.finds("bo", { type: "messages", message_ids });
  assert.deepEqual(
    messages,
    [first, second, reply].map((message_id) => room.message("bo", message_id)),
  );
  assert.equal(messages[1]?.text, null);
  assert.deepEqual(room.finds("bo", { type: "messages", message_ids: [] }).messages, []);
});

test("ASK-3 what was said before one came, where history begins with joining, is left out", () => {
  const room = aRoom();
  room.does("ada", "change", { settings: { history: "joined" } });
  const before = room.writes("ada", "before");
  room.does("cy", "join");
  const after = room.writes("ada", "after");
  const asked = { type: "messages" as const, message_ids: [before, after] };
  const seen = (name: string) =>
    room.finds(name, asked).messages.map(({ message_id }) => message_id);
  assert.deepEqual(seen("cy"), [after]);
  assert.deepEqual(seen("ada"), [before, after]);
  assert.equal(codeOf(room.local.engine.ask(callerOf("dee"), asked)), "not_found");
  const many = Array.from({ length: limits.page_messages_max + 1 }, () => after);
  const tooMany = { type: "messages", message_ids: many };
  assert.equal(codeOf(room.local.engine.ask(callerOf("ada"), tooMany)), "invalid");
});
