import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboxEvent } from "../../schema/inbox-events.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, deviceId, heard, LocalInboxes, preview, roomId } from "../support/local-inbox.ts";
import { userId } from "../support/local-room.ts";
import { seededRandom } from "../support/random.ts";
import { log } from "../../durable/inbox/stores/log.ts";

const types = (events: readonly InboxEvent[]) => events.map((event) => event.type);

/** What a client makes of a state and the events after it. */
function applied(state: InboxState, events: readonly InboxEvent[]): unknown {
  const next = structuredClone(state);
  const keyed = <T>(list: T[], is: (one: T) => boolean, put: T | null): T[] => [
    ...list.filter((one) => !is(one)),
    ...(put === null ? [] : [put]),
  ];
  for (const { seq, type, body } of events) {
    next.position.seq = seq;
    const { room, draft, bookmark, device, device_id, room_id, message_id, user_id, block } =
      body as unknown as {
        room: InboxState["rooms"][number];
        draft: InboxState["drafts"][number];
        bookmark: InboxState["bookmarks"][number];
        device: InboxState["devices"][number];
        device_id: string;
        room_id: string;
        message_id: string;
        user_id: string;
        block: InboxState["blocks"][number];
      };
    if (type === "room.changed")
      next.rooms = keyed(next.rooms, (one) => one.room_id === room.room_id, room);
    if (type === "room.gone") next.rooms = next.rooms.filter((one) => one.room_id !== room_id);
    if (type === "draft.changed")
      next.drafts = keyed(
        next.drafts,
        (one) => one.room_id === draft.room_id,
        draft.text === "" ? null : draft,
      );
    if (type === "bookmark.added")
      next.bookmarks = keyed(
        next.bookmarks,
        (one) => one.room_id === bookmark.room_id && one.message_id === bookmark.message_id,
        bookmark,
      );
    if (type === "bookmark.removed")
      next.bookmarks = next.bookmarks.filter(
        (one) => one.room_id !== room_id || one.message_id !== message_id,
      );
    if (type === "reminder.set" || type === "reminder.due") {
      const { reminder } = body as { reminder: InboxState["reminders"][number] };
      next.reminders = keyed(
        next.reminders,
        (one) => one.reminder_id === reminder.reminder_id,
        reminder,
      );
    }
    if (type === "reminder.gone")
      next.reminders = next.reminders.filter((one) => one.reminder_id !== body["reminder_id"]);
    if (type === "device.changed")
      next.devices = keyed(next.devices, (one) => one.device_id === device.device_id, device);
    if (type === "device.gone")
      next.devices = next.devices.filter((one) => one.device_id !== device_id);
    if (type === "block.added") next.blocks.push(block);
    if (type === "block.removed")
      next.blocks = next.blocks.filter((one) => one.user_id !== user_id);
  }
  return sorted(next);
}
const sorted = (state: InboxState): unknown =>
  Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((one) => JSON.stringify(one)).toSorted() : value,
    ]),
  );

test("INB-9 a state and the events after it are what a fresh state would be", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const random = seededRandom(seed);
    const ada = await anInbox("ada", seed);
    const before = await ada.state();
    for (let step = 0; step < 60; step += 1) {
      ada.all.now_ms += random.pick([1, 1_000, 61_000]);
      const name = random.pick(["raven", "owl", "direct"]);
      const room_id = roomId(name);
      const more = name === "direct" ? { kind: "direct" as const, with: userId("bo") } : {};
      const message_id = `message_${deviceId(`m${random.int(3)}`).slice("device_".length)}`;
      const seq = 1 + random.int(30);
      await random.pick([
        () => ada.isTold(ada.markAt(name, seq, { ...more, badge: seq, preview: preview(seq) })),
        () => ada.isGoneFrom(name, seq),
        () => ada.does("arrange", { room_id, archived: random.chance(0.7) }),
        () => ada.does("draft", { room_id, text: random.pick(["", "x"]), edited_at: step }),
        () => ada.does("bookmark", { room_id, message_id, note: `${seq}` }),
        () => ada.does("unbookmark", { room_id, message_id }),
        () => ada.does("remind", { room_id, at: ada.all.now_ms + random.pick([1, 90_000]) }),
        async () => {
          const { reminders } = await ada.state();
          if (reminders.length > 0)
            await ada.does("unremind", { reminder_id: random.pick(reminders).reminder_id });
        },
        () => ada.rings(),
        () => ada.does(random.pick(["block", "unblock"]), { user_id: userId("bo") }),
        () => ada.signsIn(`phone ${random.int(2)}`),
        () =>
          ada.hears(
            ada.engine.signOut(ada.user_id, {
              which: "one",
              device_id: deviceId(`phone ${random.int(2)}`),
            }),
          ),
        async () => ada.wake(),
      ])();
    }
    const events = log.after(ada.host.sql, before.position.seq);
    assert.deepEqual(applied(before, events), sorted(await ada.state()), `seed ${seed}`);
  }
});

test("INB-10 the state of 500 rooms costs as many statements as that of one", async () => {
  const ada = await anInbox();
  const count = async (): Promise<number> => {
    let statements = 0;
    ada.step = (what) => void (statements += what === "sql" ? 1 : 0);
    await ada.state();
    ada.step = () => {};
    return statements;
  };
  await ada.isIn("room 0");
  const one = await count();
  for (let room_count = 1; room_count < 500; room_count += 1) await ada.isIn(`room ${room_count}`);
  assert.equal((await ada.state()).rooms.length, 500);
  assert.equal(await count(), one);
});

test("INB-11 a crash between any two steps of a change leaves it done or not done, never half", async () => {
  const changes: ((ada: LocalInbox) => Promise<unknown>)[] = [
    (ada) => ada.signsIn("phone"),
    (ada) => ada.rotates("ada", "hash-of-ada-1", "ada-2"),
    (ada) => ada.hears(ada.engine.signOut(ada.user_id, { which: "all" })),
    (ada) => ada.isTold(ada.markAt("raven", 2)),
    (ada) => ada.isGoneFrom("raven", 3),
    (ada) => ada.does("draft", { room_id: roomId("raven"), text: "y", edited_at: 9 }),
    (ada) => ada.does("block", { user_id: userId("bo") }),
  ];
  const begun = async () => {
    const ada = await anInbox();
    await ada.isTold(ada.markAt("raven", 1));
    await ada.does("draft", { room_id: roomId("raven"), text: "x", edited_at: 1 });
    await ada.engine.mayOpen(deviceId("ada"), roomId("raven"));
    ada.comesIn();
    return ada;
  };
  const tables = [
    "devices",
    "device_rooms",
    "rooms",
    "left_rooms",
    "drafts",
    "blocks",
    "log",
    "outbox",
    "commands",
  ];
  const dump = (ada: LocalInbox) => JSON.stringify(tables.map((table) => ada.rows(table)));
  for (const [index, change] of changes.entries()) {
    const untouched = await begun();
    const before = dump(untouched);
    await change(untouched);
    const after = dump(untouched);
    assert.notEqual(before, after);
    let died = true;
    for (let step = 1; died; step += 1) {
      const ada = await begun();
      died = false;
      let steps = 0;
      ada.step = () => {
        if ((steps += 1) !== step) return;
        died = true;
        throw new Error("power cut");
      };
      await change(ada).catch(() => {});
      ada.step = () => {};
      const left = dump(ada);
      assert.ok(left === before || left === after, `change ${index}, step ${step}`);
      ada.wake();
      const due = ada.rows("timers").map((timer) => Number(timer["due_at"]));
      if (due.length > 0) assert.equal(ada.world.alarm_at, Math.min(...due));
    }
  }
});

test("INB-12 a device says where it stands, and hears what it missed, or everything where that is gone", async () => {
  const ada = await anInbox();
  const away = await ada.state();
  await ada.isIn("raven");
  const socket = ada.opens();
  assert.ok(typeof socket !== "string");
  const [hello] = heard(socket);
  assert.ok(hello?.type === "hello" && hello.position.seq === away.position.seq + 1);
  const [missed] = ada.says(socket, { type: "resume", position: away.position });
  assert.ok(missed?.type === "events");
  assert.deepEqual(types(missed.events), ["room.changed"]);
  const beyond = { ...away.position, seq: 99 };
  for (const position of [null, beyond, { ...away.position, epoch: ada.newId("epoch") }]) {
    const [whole] = ada.says(socket, { type: "resume", position });
    assert.ok(whole?.type === "snapshot");
    assert.deepEqual(whole.state, await ada.state());
  }
  for (let seq = 2; seq < limits.inbox_events + 3; seq += 1) {
    void ada.engine.mark(ada.markAt("raven", seq), 0);
    ada.turn();
  }
  heard(socket);
  const [late] = ada.says(socket, { type: "resume", position: away.position });
  assert.equal(late?.type, "snapshot");
  assert.equal(ada.rows("log").length, limits.inbox_events);
});

test("INB-13 a device hears each change once, also those of the others, and its own answer", async () => {
  const ada = await anInbox();
  await ada.signsIn("phone");
  await ada.isIn("raven");
  const [laptop, phone] = [ada.comesIn(), ada.comesIn("phone")];
  const command_id = ada.newId("command");
  const frames = ada.says(laptop, {
    type: "arrange",
    command_id,
    room_id: roomId("raven"),
    favourite: true,
  });
  assert.deepEqual(
    frames.map((frame) => frame.type),
    ["events", "accepted"],
  );
  assert.deepEqual(
    heard(phone).map((frame) => frame.type),
    ["events"],
  );
  ada.wake();
  await ada.isTold(ada.markAt("raven", 9));
  assert.deepEqual(
    heard(phone).map((frame) => frame.type),
    ["events"],
  );
});

test("INB-14 a user has ten sockets, and the dead make room", async () => {
  const ada = await anInbox();
  const sockets = Array.from({ length: limits.inbox_sockets }, () => ada.comesIn());
  assert.equal(ada.opens(), "too_many_sockets");
  ada.all.now_ms += limits.dead_socket_ms + 1;
  for (const socket of sockets.slice(1)) socket.last_ping_at = ada.all.now_ms;
  const opening = ada.opening();
  assert.ok(typeof ada.opens("ada", opening) !== "string");
  assert.ok(sockets[0]!.closed);
  assert.equal(sockets[1]!.closed, null);
  sockets[1]!.last_ping_at = null;
  await ada.state();
  assert.ok(sockets[1]!.closed);
  assert.equal(ada.opens("ada", opening), "ticket_refused");
  assert.equal(ada.opens("ada", { ...ada.opening(), room_id: roomId("raven") }), "ticket_refused");
  const bo = new LocalInboxes().at("bo");
  assert.equal(ada.opens("ada", { ...ada.opening(), caller: bo.caller() }), "not_found");
});

test("INB-15 bad input is refused, and a storm is slowed down", async () => {
  const ada = await anInbox();
  const socket = ada.comesIn();
  const command_id = ada.newId("command");
  const bad: [unknown, string][] = [
    ["{", "bad_frame"],
    [{ type: "obey" }, "unknown_command"],
    [{ type: "arrange", command_id }, "invalid"],
    [
      { type: "draft", command_id, room_id: roomId("raven"), text: "\ud800", edited_at: 1 },
      "invalid",
    ],
    [
      {
        type: "watch",
        users: Array.from({ length: limits.watched_users + 1 }, () => ({ user_id: ada.user_id })),
      },
      "invalid",
    ],
    ["x".repeat(limits.frame_bytes + 1), "too_large"],
  ];
  for (const [frame, code] of bad) {
    const [answer] = ada.says(socket, frame);
    assert.equal(answer?.type === "refused" && answer.refusal.code, code);
  }
  assert.equal(await ada.does("arrange", { room_id: "nowhere" }), "invalid");
  const codes = new Set<string>();
  for (let count = 0; count <= limits.commands_burst; count += 1)
    codes.add(await ada.does("mode", { mode: count % 2 ? "away" : "auto" }));
  assert.ok(codes.has("slow_down"));
  assert.equal(socket.closed, null);
});

test("INB-16 what fails in an alarm waits a little, and the alarm goes on", async () => {
  const ada = await anInbox();
  await ada.engine.mayOpen(deviceId("ada"), roomId("raven"));
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "all" }));
  ada.host.sql.exec("ALTER TABLE outbox RENAME TO outbox_away", []);
  await ada.all.passes(1);
  assert.ok(ada.logged.some(({ event }) => event === "alarm.failed"));
  assert.ok((ada.world.alarm_at ?? 0) > ada.all.now_ms);
  ada.host.sql.exec("ALTER TABLE outbox_away RENAME TO outbox", []);
  await ada.all.passes(limits.outbox_retry_ms);
  assert.deepEqual(
    ada.all.ends.map(({ room_id }) => room_id),
    [roomId("raven")],
  );
});
