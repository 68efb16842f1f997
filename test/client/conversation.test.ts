import { describe, expect, test, vi } from "vitest";
import type { CommandId, MessageId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import type { RoomHandle } from "../../client/index.ts";
import { ASK_WITHIN_MS } from "../../client/asking.ts";
import { FakeWorld } from "./fake-world.ts";

const idOf = ({ command_id }: { command_id: CommandId }): MessageId => messageIdOf(command_id);

function shown(room: RoomHandle, message_id: MessageId) {
  const message = room.state().messages.find((one) => one.message_id === message_id);
  if (message === undefined) throw new Error("not shown");
  return message;
}

/** Ada, and something that bo has said. */
async function hearing(text = "hello") {
  const world = new FakeWorld();
  const root = idOf(world.room.says(world.bo, text));
  const { room, client } = await world.opens(world.ada);
  return { world, root, room, client };
}

describe("marks, and what is taken back", () => {
  test("CLI-29: a reaction and a pin show at once, and the message stays as sent as it is", async () => {
    const { world, root, room } = await hearing();
    room.react(root, "👍");
    room.pin(root);
    const now = { reactions: [{ emoji: "👍", count: 1, users: [world.ada], mine: true }] };
    expect(shown(room, root)).toMatchObject({ ...now, state: "sent", pending: null });
    expect(shown(room, root).pinned_at).not.toBeNull();
    await world.clock.advance(10);
    expect(shown(room, root)).toMatchObject({ ...now, state: "sent" });
    expect(room.state().messages).toMatchObject(world.room.data(world.ada).messages);
    room.unreact(root, "👍");
    room.unpin(root);
    expect(shown(room, root)).toMatchObject({ reactions: [], pinned_at: null });
    await world.clock.advance(10);
    expect(world.room.data().messages).toMatchObject([{ reactions: [], pinned_at: null }]);
  });

  test("CLI-29: a mark that is refused shows what was before, and why", async () => {
    const { world, root, room } = await hearing();
    world.refuse = () => refusal("too_many_pins");
    const id = room.pin(root);
    await world.clock.advance(10);
    expect(shown(room, root)).toMatchObject({
      ...{ pinned_at: null, state: "failed", pending: id, change: "pin" },
      refusal: { code: "too_many_pins" },
    });
    room.discard(id);
    expect(shown(room, root)).toMatchObject({ state: "sent", refusal: null });
  });

  test("CLI-29: what waits to be deleted reads again when that is taken back; what is gone reads when the room says so", async () => {
    const { world, room } = await hearing();
    const mine = messageIdOf(room.send("mine"));
    await world.clock.advance(10);
    room.delete(mine);
    expect(shown(room, mine)).toMatchObject({ text: null, deleted_by: world.ada });
    room.restore(mine);
    expect(shown(room, mine)).toMatchObject({ text: "mine", deleted_at: null, state: "sending" });
    await world.clock.advance(10);
    expect(shown(room, mine)).toMatchObject({ text: "mine", deleted_at: null, state: "sent" });
    room.delete(mine);
    await world.clock.advance(10);
    room.restore(mine);
    expect(shown(room, mine)).toMatchObject({ text: null, state: "sending", change: "restore" });
    await world.clock.advance(10);
    expect(shown(room, mine)).toMatchObject({ text: "mine", state: "sent" });
  });

  test("CLI-29: a reply that waits counts on its root, and stands among the room's messages only where it is said there", async () => {
    const { world, root, room } = await hearing();
    const there = messageIdOf(room.send("there", { parent: root }));
    const here = messageIdOf(room.send("here", { parent: root, in_room: true }));
    expect(shown(room, there)).toMatchObject({ in_room: false, parent: root, state: "sending" });
    expect(shown(room, here)).toMatchObject({ in_room: true, parent: root });
    expect(shown(room, root).thread).toMatchObject({ replies: 2, participants: [world.ada] });
    room.delete(here);
    expect(shown(room, root).thread).toMatchObject({ replies: 1 });
    await world.clock.advance(10);
    expect(room.state().messages.map(({ text }) => text)).toEqual(["hello", null]);
    expect(shown(room, root).thread).toMatchObject({ replies: 1, last_reply_seq: 3 });
  });

  test("CLI-29: every command of a member goes under its own name, and what was refused is listed", async () => {
    const { world, root, room } = await hearing();
    const asked: unknown[] = [];
    world.refuse = ({ command_id: _, ...command }) => {
      asked.push(command);
      return refusal("not_allowed");
    };
    const { bo: user_id } = world;
    const from_room = newId("room");
    room.forward(from_room, root);
    room.change({ topic: "tea", settings: { history: "joined" } });
    room.role(user_id, "admin");
    room.mute(user_id, null);
    room.remove(user_id);
    room.react(root, "❤");
    await world.clock.advance(100);
    const expected = [
      { type: "forward", from_room, from_message: root },
      { type: "change", topic: "tea", settings: { history: "joined" } },
      { type: "role", user_id, role: "admin" },
      { type: "mute", user_id, muted_until: null },
      { type: "remove", user_id },
      // However an emoji is typed, it is one and the same.
      { type: "react", message_id: root, emoji: "❤️" },
    ];
    expect(asked).toEqual(expected);
    expect(room.state().refused.map(({ command }) => command)).toMatchObject(expected);
    expect(room.state()).toMatchObject({ room: { topic: "" }, waiting_commands: 0 });
  });
});

describe("answers without a receipt", () => {
  test("CLI-30: a command that found things so already is settled, and nothing is distrusted", async () => {
    const { world, root, room } = await hearing();
    room.unpin(root);
    await world.clock.advance(10);
    expect(world.room.events).toHaveLength(2);
    expect(room.state()).toMatchObject({
      ...{ waiting_commands: 0, refused: [], status: { name: "online" } },
      proof: { faults: [] },
    });
  });

  test("CLI-30: words always leave a receipt: an answer without one is reported, and they are sent again", async () => {
    const { world, room } = await hearing();
    let lies = 1;
    world.way = (frame) =>
      frame.type === "events" && lies > 0
        ? []
        : frame.type === "accepted" && lies-- > 0
          ? [{ ...frame, receipt: null }]
          : [frame];
    room.send("mine");
    await world.clock.advance(0);
    expect(room.state().messages.map(({ text }) => text)).toEqual(["hello", "mine"]);
    expect(room.state().proof.faults).toMatchObject([{ kind: "receipt" }]);
    await world.clock.advance(5_000);
    expect(room.state().messages.map(({ text, state }) => `${text} ${state}`)).toEqual([
      "hello sent",
      "mine sent",
    ]);
    expect(world.room.events).toHaveLength(3);
  });
});

describe("questions over the line", () => {
  test("CLI-31: an answer comes by its ref, and a refusal too", async () => {
    const { world, root, room } = await hearing();
    const found = room.ask({ type: "message", message_id: root });
    const none = expect(
      room.ask({ type: "message", message_id: newId("message") }),
    ).rejects.toMatchObject({ code: "not_found", retryable: false });
    await world.clock.advance(0);
    expect((await found).text).toBe("hello");
    await none;
    await expect(room.ask({ type: "message", message_id: "7" as MessageId })).rejects.toMatchObject(
      { code: "invalid", field: "message_id" },
    );
  });

  test("CLI-31: an answer in another form than was promised is none", async () => {
    const { world, room } = await hearing();
    world.way = (frame) =>
      frame.type === "answer" ? [{ ...frame, answer: { messages: 7 } }] : [frame];
    const asked = room.ask({ type: "pins" });
    await Promise.all([
      expect(asked).rejects.toMatchObject({ code: "bad_answer" }),
      world.clock.advance(0),
    ]);
  });

  test("CLI-31: without an answer in time, and without a line, it is unavailable", async () => {
    const { world, room } = await hearing();
    world.way = (frame) => (frame.type === "answer" ? [] : [frame]);
    const unavailable = { code: "unavailable", retryable: true };
    const late = expect(room.ask({ type: "pins" })).rejects.toMatchObject(unavailable);
    await world.clock.advance(ASK_WITHIN_MS);
    await late;
    const cut = expect(room.ask({ type: "pins" })).rejects.toMatchObject(unavailable);
    world.socketOf(world.ada).breaks();
    await cut;
    await expect(room.ask({ type: "pins" })).rejects.toMatchObject(unavailable);
  });

  test("CLI-28: who replied last when the last reply is gone, the room is asked; what cannot be learnt now is asked for on the next line", async () => {
    const world = new FakeWorld();
    const { bo, ada, room: log } = world;
    const root = idOf(log.says(bo, "root"));
    const says = (author: typeof bo) => {
      const command_id = newId("command");
      const message_id = messageIdOf(command_id);
      log.append("message.sent", author, command_id, { message_id, text: "re", parent: root });
      return message_id;
    };
    says(bo);
    const last = says(ada);
    const { room } = await world.opens(ada);
    expect(shown(room, root).thread).toMatchObject({ replies: 2, participants: [ada, bo] });
    world.way = (frame) => (frame.type === "answer" ? [] : [frame]);
    const gone = { message_id: last, parent: root };
    log.append("message.deleted", ada, newId("command"), gone);
    world.tells(4);
    // That there is one less is certain.
    expect(shown(room, root).thread).toMatchObject({ replies: 1 });
    world.way = (frame) => [frame];
    world.socketOf(ada).breaks();
    await world.clock.advance(5_000);
    expect(shown(room, root).thread).toMatchObject({ last_reply_seq: 3, participants: [bo] });
    expect(room.state().messages).toMatchObject(log.data(ada).messages);
  });
});

test("CLI-32: a history that begins with one's joining is verified from there, and no more is said of it", async () => {
  const world = new FakeWorld();
  const { room: log, ada, bo } = world;
  for (const text of ["one", "two"]) log.says(bo, text);
  log.append("member.left", ada, newId("command"), { user_id: ada, heir: bo });
  log.append("room.changed", bo, newId("command"), { settings: { history: "joined" } });
  world.first_seq = log.append("member.joined", ada, newId("command"), {
    user_id: ada,
    role: "member",
  }).seq;
  log.says(bo, "three");
  const { room } = await world.opens(ada);
  expect(room.state().messages.map(({ text }) => text)).toEqual(["three"]);
  await room.verify("first");
  expect(room.state().proof).toMatchObject({ verified_since: 6, first_seq: 6, faults: [] });
  // It stays so: there is nothing more to be read.
  const asked = vi.fn(world.answers.bind(world));
  world.answers = asked;
  await room.verify("first");
  expect(asked).not.toHaveBeenCalled();
});

test("CLI-32: whoever is shown less than they may see does not call it the first entry", async () => {
  const world = new FakeWorld();
  for (const text of ["one", "two"]) world.room.says(world.bo, text);
  world.first_seq = 3;
  const { room } = await world.opens(world.ada);
  await room.verify("first");
  expect(room.state().proof).toMatchObject({ verified_since: 3, first_seq: 1, faults: [] });
});

test("CLI-23: what has been erased since cannot be compared, and is no lie", async () => {
  const world = new FakeWorld();
  const { room: log, ada, bo } = world;
  const sent = log.says(bo, "true");
  const message_id = idOf(sent);
  log.append("message.deleted", bo, newId("command"), { message_id });
  const restored = { message_id, text: "true", edited_at: null };
  const back = log.append("message.restored", bo, newId("command"), restored);
  const { room } = await world.opens(ada);
  expect(room.state().messages).toMatchObject([{ text: "true", deleted_at: null }]);
  // Deleted again, which is not heard here yet: the log has forgotten what was said.
  log.append("message.deleted", bo, newId("command"), { message_id });
  for (const event of [sent, back]) Object.assign(event, { body: null, salt: null });
  await room.verify("shown");
  expect(room.state().proof).toMatchObject({ verified_since: 2, faults: [] });
});
