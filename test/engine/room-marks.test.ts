import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoomMark } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { LocalInbox } from "../support/local-inboxes.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom } from "./world.ts";

/** Time passes until the inboxes have been told. */
async function gathers({ local }: World, wait_ms: number = limits.mark_gather_ms): Promise<void> {
  local.settle();
  local.now_ms += wait_ms;
  local.world.alarm_at = null;
  await local.engine.alarm();
  local.settle();
}

const inboxOf = (room: World, name: string): LocalInbox => room.local.inboxes.at(userId(name));
const markOf = (room: World, name: string): RoomMark => {
  const { mark } = inboxOf(room, name);
  if (!mark) throw new Error(`${name}'s inbox knows nothing of the room`);
  return mark;
};
const toldOf = (room: World, name: string): number => inboxOf(room, name).told.length;
const waiting = (room: World) =>
  room.local.rows("outbox").filter((row) => row["target"] === "inboxes");

/** A room whose members all know of it. */
async function aKnownRoom(options: Parameters<typeof aRoom>[0] = {}): Promise<World> {
  const room = aRoom(options);
  await gathers(room, 0);
  return room;
}

test("MRK-1 a room appears at once in the inboxes of all who are in it", async () => {
  const room = aRoom({ members: ["bo"] });
  assert.equal(room.local.world.alarm_at, room.local.now_ms, "nothing is gathered for");
  await gathers(room, 0);
  const { room_id } = room.local;
  const { epoch } = room.local.engine.context.room()!;
  assert.deepEqual(markOf(room, "bo"), {
    room_id,
    kind: "channel",
    name: "Raven",
    with: null,
    role: "member",
    position: { epoch, seq: 1 },
    read_seq: 1,
    unread_seq: null,
    badge: 0,
    mentions: 0,
    threads: 0,
    revision: 0,
    called: [],
    preview: null,
  });
  assert.equal(markOf(room, "ada").role, "owner");
  room.says("ada", "waits for more");
  room.asks("ada", "add", { user_id: userId("cy") });
  assert.equal(room.local.world.alarm_at, room.local.now_ms, "a newcomer does not wait");
  await gathers(room, 0);
  assert.equal(markOf(room, "cy").badge, 0, "what was said before is not unread");
  assert.deepEqual(waiting(room), []);
});

test("MRK-1 in a direct room each is shown the other", async () => {
  const room = await aKnownRoom({ kind: "direct" });
  assert.deepEqual(
    [markOf(room, "ada").with, markOf(room, "bo").with],
    [userId("bo"), userId("ada")],
  );
});

test("MRK-2 what happens meanwhile is told once to each, by one entry in the outbox", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  for (let count = 0; count < 30; count += 1) room.says("ada", `message ${count}`);
  assert.equal(waiting(room).length, 1);
  assert.equal(toldOf(room, "bo"), 1);
  await gathers(room);
  assert.deepEqual([toldOf(room, "bo"), markOf(room, "bo").badge], [2, 30]);
  assert.equal(markOf(room, "bo").position.seq, 31);
  assert.deepEqual(waiting(room), []);
  await gathers(room);
  assert.equal(toldOf(room, "bo"), 2, "and nothing is repeated");
});

test("MRK-3 who looks at the room is not told, and hears what followed when the last socket closes", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const [one, other] = [room.comesIn("bo"), room.comesIn("bo")];
  room.says("ada", "seen on the screen");
  await gathers(room);
  assert.equal(toldOf(room, "bo"), 1);
  assert.equal(toldOf(room, "ada"), 2, "its author does not look");
  assert.deepEqual(waiting(room), [], "the entry does not wait for them");
  room.local.disconnect(one);
  await gathers(room);
  assert.equal(toldOf(room, "bo"), 1, "there is another socket");
  room.local.disconnect(other);
  await gathers(room);
  assert.deepEqual([toldOf(room, "bo"), markOf(room, "bo").badge], [2, 1]);
});

test("MRK-3 whoever has only opened a socket, or fallen silent on it, does not look", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy", "dee"] });
  room.opens("bo");
  room.comesIn("cy");
  const pinging = room.comesIn("dee");
  room.local.now_ms += limits.dead_socket_ms;
  pinging.last_ping_at = room.local.now_ms;
  room.says("ada", "anyone?");
  await gathers(room);
  assert.deepEqual([toldOf(room, "bo"), toldOf(room, "cy"), toldOf(room, "dee")], [2, 2, 1]);
});

test("MRK-3 a socket that the room itself closes leaves its member to be told", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy"] });
  room.comesIn("bo");
  const broken = room.comesIn("cy");
  room.says("ada", "seen");
  await gathers(room);
  const { user_id, device_id } = callerOf("bo");
  room.local.engine.endSession(user_id, device_id);
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, 1);
  broken.send = () => {
    throw new Error("gone");
  };
  room.says("ada", "not heard");
  await gathers(room);
  assert.equal(markOf(room, "cy").badge, 2);
});

test("MRK-4 a crash that takes the sockets leaves nobody untold", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.comesIn("bo");
  room.says("ada", "seen, until the machine went");
  await gathers(room);
  assert.equal(toldOf(room, "bo"), 1);
  room.local.world.sockets.clear();
  assert.ok(room.local.world.alarm_at, "the room wakes by itself");
  room.local.now_ms = room.local.world.alarm_at;
  room.local.wake();
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, 1);
  assert.ok(!room.local.rows("timers").some(({ name }) => name === "sessions"));
});

test("MRK-4 a room that wakes with its sockets tells nobody anything", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.comesIn("bo");
  room.says("ada", "seen");
  await gathers(room);
  room.local.wake();
  assert.deepEqual(waiting(room), []);
});

test("MRK-5 who left is told so, and nothing after it", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.asks("bo", "leave");
  await gathers(room);
  assert.deepEqual(inboxOf(room, "bo").told.at(-1), { gone_seq: 2 });
  assert.equal(inboxOf(room, "bo").mark, null);
  room.says("ada", "among ourselves");
  await gathers(room);
  assert.equal(toldOf(room, "bo"), 2);
  assert.deepEqual(
    room.local.rows("cursors").map((row) => row["user_id"]),
    [userId("ada")],
  );
});

test("MRK-5 who is back before that is told how the room stands now", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.says("ada", "unread");
  room.asks("bo", "leave");
  room.asks("bo", "join");
  await gathers(room);
  assert.deepEqual(
    inboxOf(room, "bo").told.map((told) => ("gone_seq" in told ? "gone" : told.position.seq)),
    [1, 4],
  );
  assert.equal(markOf(room, "bo").badge, 0);
});

test("MRK-5 who leaves again while their inbox is being told stays to be told", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.asks("bo", "leave");
  room.local.inboxes.fate = (_user_id, called) => {
    if (called === "gone") {
      room.local.inboxes.fate = () => "answered";
      room.asks("bo", "join");
      room.asks("bo", "leave");
    }
    return "answered";
  };
  await gathers(room);
  await gathers(room);
  assert.equal(inboxOf(room, "bo").gone_seq, 4);
});

test("MRK-6 an inbox that cannot be reached is told later, with growing pauses; the others are not told again", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy"] });
  const { local } = room;
  local.inboxes.fate = (user_id) => (user_id === userId("bo") ? "lost" : "answered");
  room.says("ada", "hello");
  const times: number[] = [];
  let tried = 0;
  const { fate } = local.inboxes;
  local.inboxes.fate = (user_id, called) => {
    if (user_id === userId("bo")) tried += 1;
    return fate(user_id, called);
  };
  for (let count = 0; count < 6; count += 1) {
    local.now_ms = Math.max(...waiting(room).map((row) => Number(row["due_at"])));
    times.push(local.now_ms);
    await local.engine.alarm();
  }
  assert.equal(tried, 6);
  assert.ok(times[5]! - times[4]! > 2 * (times[2]! - times[1]!), times.join(" "));
  assert.deepEqual([toldOf(room, "bo"), toldOf(room, "cy")], [1, 2]);
  local.inboxes.fate = () => "answered";
  await gathers(room, limits.outbox_retry_max_ms * 2);
  assert.deepEqual([toldOf(room, "bo"), toldOf(room, "cy")], [2, 2]);
  assert.deepEqual(waiting(room), []);
});

test("MRK-6 inboxes and archive wait for one another in nothing", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const { local } = room;
  local.deliver = async () => {
    throw new Error("the queue is down");
  };
  room.says("ada", "hello");
  await gathers(room, limits.outbox_gather_ms);
  assert.deepEqual(waiting(room), []);
  assert.equal(local.rows("outbox").length, 1, "the archive's entry stays");
  let answer = (_fate: "answered") => {};
  const slow = new Promise<"answered">((resolve) => (answer = resolve));
  local.inboxes.fate = () => slow;
  local.deliver = async (through) => void local.notices.push(through);
  room.says("ada", "more");
  const alarm = gathers(room, limits.outbox_retry_max_ms * 2);
  assert.deepEqual(local.notices.at(-1), 3, "the archive is told while an inbox is slow");
  answer("answered");
  await alarm;
  assert.equal(markOf(room, "bo").badge, 2);
});

test("MRK-6 what is read while the inboxes are being told is told as well", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.says("ada", "hello");
  room.local.inboxes.fate = () => {
    room.local.inboxes.fate = () => "answered";
    room.local.engine.read(callerOf("bo"), 2);
    return "answered";
  };
  await gathers(room);
  assert.equal(waiting(room).length, 1);
  await gathers(room);
  assert.deepEqual([markOf(room, "bo").badge, markOf(room, "bo").read_seq], [0, 2]);
});

test("MRK-7 the badge counts what others said after what was read, without what was deleted, up to 999", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const says = (count: number) => {
    for (let one = 0; one < count; one += 1) {
      room.local.now_ms += 100;
      room.says("ada", "hello");
    }
  };
  const deleted = room.says("ada", "deleted").replace("command_", "message_");
  says(3);
  room.asks("ada", "delete", { message_id: deleted });
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, 3);
  room.says("bo", "I have seen it");
  await gathers(room);
  assert.deepEqual([markOf(room, "bo").badge, markOf(room, "ada").badge], [0, 1]);
  says(limits.badge_max + 20);
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, limits.badge_max);
});

test("MRK-8 the preview is the newest message, with its words in direct rooms only", async () => {
  const direct = await aKnownRoom({ kind: "direct" });
  const long = "\u{1F426}".repeat(limits.preview_characters + 10);
  const message_id = direct.says("ada", long).replace("command_", "message_");
  await gathers(direct);
  const { preview } = markOf(direct, "bo");
  assert.deepEqual(
    [preview?.seq, preview?.type, preview?.author],
    [2, "message.sent", userId("ada")],
  );
  assert.equal(preview?.text, "\u{1F426}".repeat(limits.preview_characters));
  direct.asks("ada", "edit", { message_id, text: "a raven" });
  await gathers(direct);
  assert.equal(markOf(direct, "bo").preview?.text, "a raven");
  direct.asks("ada", "delete", { message_id });
  await gathers(direct);
  const { seq, text, type } = markOf(direct, "bo").preview!;
  assert.deepEqual([seq, text, type], [2, null, "message.deleted"]);

  const channel = await aKnownRoom({ members: ["bo"] });
  channel.says("ada", "for those who come in");
  await gathers(channel);
  assert.equal(markOf(channel, "bo").preview?.text, null);
});

test("MRK-9 in a large room only those are told who came, left or have read", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `member ${index}`);
  const room = await aKnownRoom({ members: names });
  for (let index = 0; index < limits.marked_members; index += 1) {
    room.local.now_ms += 100;
    room.asks(`later ${index}`, "join");
  }
  await gathers(room);
  assert.equal(markOf(room, "later 199").read_seq, 201);
  const before = toldOf(room, "member 1");
  room.says("ada", "to more than two hundred");
  room.asks("late", "join");
  room.asks("member 3", "leave");
  room.local.engine.read(callerOf("member 2"), 202);
  await gathers(room);
  assert.equal(toldOf(room, "member 1"), before);
  assert.equal(markOf(room, "late").position.seq, 204);
  assert.equal(markOf(room, "member 2").read_seq, 202);
  assert.equal(markOf(room, "ada").read_seq, 202, "who sends has read");
  assert.equal(inboxOf(room, "member 3").mark, null);
  assert.deepEqual(waiting(room), []);
  room.asks("late", "leave");
  room.asks("late", "join");
  await gathers(room);
  assert.equal(markOf(room, "late").position.seq, 206, "who comes back is told anew");
});

test("MRK-10 at most twenty inboxes are spoken to at once", async () => {
  const room = aRoom({ members: Array.from({ length: 100 }, (_, index) => `member ${index}`) });
  let [now, most] = [0, 0];
  room.local.inboxes.fate = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise<void>((resolve) => setImmediate(resolve));
    now -= 1;
    return "answered" as const;
  };
  await gathers(room);
  assert.deepEqual([most, markOf(room, "member 99").position.seq], [limits.inboxes_at_once, 1]);
});

test("MRK-11 a send costs one statement for cursors and inboxes together, and no row for each member", async () => {
  const members = Array.from({ length: 50 }, (_, index) => `member ${index}`);
  const room = await aKnownRoom({ members });
  const statements = (work: () => void): number => {
    let count = 0;
    room.local.now_ms += 10;
    room.local.step = (what) => void (what === "sql" && (count += 1));
    work();
    room.local.step = () => {};
    return count;
  };
  const parent = room.says("ada", "begins what is gathered").replace("command_", "message_");
  const plain = statements(() => room.says("ada", "hello"));
  // Fifteen before there were cursors and inboxes (862bfbf).
  assert.equal(plain, 16);
  assert.equal(waiting(room).length, 1);
  const toEveryone = statements(() => room.says("ada", "<@room>"));
  assert.equal(toEveryone, plain + 1, "the call's own row");
  const revisions = () =>
    room.local.rows("cursors").reduce((sum, row) => sum + Number(row["revision"]), 0);
  const before = revisions();
  const called = [0, 1, 2].map((index) => `<@${userId(`member ${index}`)}>`).join(" ");
  const toThree = statements(() => room.says("ada", called));
  assert.equal(toThree, toEveryone + 1);
  assert.equal(revisions(), before + 4, "theirs, and the sender's");
  // A reply looks for its root, and makes people follow; it moves no cursor in the room.
  const reply = statements(() => room.asks("ada", "send", { text: "a reply", parent }));
  assert.equal(reply, plain + 1);
  assert.equal(room.local.rows("thread_follows").length, 1);
});
