import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../../schema/events.ts";
import type { CommandId, ScheduleId } from "../../schema/ids.ts";
import { messageIdOf, scheduleIdOf, sendingOf } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { QueryAnswer } from "../../schema/queries.ts";
import { callerOf, userId } from "../support/local-room.ts";
import { Watching } from "./live-world.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf } from "./world.ts";

const MINUTE = 60_000;

/** A room in which messages wait. */
class Later extends Watching {
  constructor(members = ["bo"]) {
    super(aRoom({ members }));
  }

  schedules(name: string, fields: Record<string, unknown> = {}): ScheduleId {
    const command_id: CommandId = this.room.local.newId("command");
    const answer = this.asks(name, { command_id, ...fields });
    assert.ok(answer.ok, codeOf(answer));
    return scheduleIdOf(command_id);
  }

  asks(name: string, fields: Record<string, unknown> = {}) {
    const send_at = this.room.local.now_ms + MINUTE;
    return this.room.asks(name, "schedule", { send_at, text: "later", ...fields });
  }

  list(name: string): QueryAnswer<"scheduled">["scheduled"] {
    const answer = this.room.local.engine.ask(callerOf(name), { type: "scheduled" });
    assert.ok(answer.ok, codeOf(answer));
    return (answer.value as QueryAnswer<"scheduled">).scheduled;
  }

  texts(): (string | undefined)[] {
    return textsOf(this.room);
  }
}

const textsOf = (room: World) =>
  room.log().flatMap((event) => bodyOf(event, "message.sent")?.text ?? []);

test("CUR-3 who is away when a scheduled message is sent has read nothing with it, in the room or in a thread", async () => {
  const later = new Later();
  const { room } = later;
  const root = room.writes("ada", "first");
  later.schedules("bo", { text: "good morning" });
  later.schedules("bo", { text: "yes", parent: root });
  for (let count = 0; count < 3; count += 1) room.says("ada", "at night");
  await later.passes(MINUTE, []);
  assert.deepEqual(later.texts().slice(-2), ["good morning", "yes"]);
  const answer = room.local.engine.read(callerOf("bo"), 0);
  assert.ok(answer.ok);
  assert.equal(answer.value.badge, 4);
});

test("SCH-1 a scheduled message is sent at its time as its author's, to everyone, once", async () => {
  const later = new Later();
  const ada = later.comesIn("ada");
  const schedule_id = later.schedules("bo", { text: "good morning", silent: true });
  await later.passes(MINUTE - 1, [ada]);
  assert.deepEqual(later.texts(), []);
  await later.passes(1, [ada]);
  assert.deepEqual(later.texts(), ["good morning"]);
  const event = later.room.log().at(-1)!;
  assert.deepEqual(
    [event.actor, event.device, event.command_id, event.at, event.body?.["silent"]],
    [userId("bo"), callerOf("bo").device_id, sendingOf(schedule_id), later.room.local.now_ms, true],
  );
  assert.ok(ada.frames().some((frame) => frame.type === "events"));
  assert.deepEqual(later.list("bo"), []);
  await later.passes(60 * MINUTE);
  assert.equal(later.texts().length, 1);
  assert.ok(!later.timers().includes("scheduled"));
});

test("SCH-1 several go at their times, whenever they were asked for, and what is due together in its order", async () => {
  const later = new Later();
  const now = later.room.local.now_ms;
  for (const [text, minutes] of [
    ["third", 3],
    ["first", 1],
    ["second", 2],
  ] as const)
    later.schedules("ada", { text, send_at: now + minutes * MINUTE });
  await later.passes(2 * MINUTE);
  assert.deepEqual(later.texts(), ["first", "second"]);
  later.schedules("ada", { text: "fifth", send_at: now + 5 * MINUTE });
  later.schedules("ada", { text: "fourth", send_at: now + 4 * MINUTE });
  later.room.local.now_ms += 10 * MINUTE;
  await later.room.local.engine.alarm();
  later.room.local.settle();
  assert.deepEqual(later.texts(), ["first", "second", "third", "fourth", "fifth"]);
});

test("SCH-2 until its time it is in no log, and in its author's list only, by time", () => {
  const later = new Later();
  const before = later.room.log();
  const root = messageIdOf(later.room.says("ada", "a root"));
  const now = later.room.local.now_ms;
  const second = later.schedules("bo", { send_at: now + 2 * MINUTE, parent: root, in_room: true });
  const first = later.schedules("bo", { quote: root });
  assert.equal(later.room.log().length, before.length + 1);
  assert.deepEqual(later.list("ada"), []);
  assert.deepEqual(later.list("bo"), [
    {
      schedule_id: first,
      send_at: now + MINUTE,
      message_id: messageIdOf(sendingOf(first)),
      text: "later",
      ...{ parent: null, in_room: true, quote: root, silent: false, failed: null },
    },
    {
      schedule_id: second,
      send_at: now + 2 * MINUTE,
      message_id: messageIdOf(sendingOf(second)),
      text: "later",
      ...{ parent: root, in_room: true, quote: null, silent: false, failed: null },
    },
  ]);
  const asked = later.room.local.engine.ask(callerOf("dee"), { type: "scheduled" });
  assert.equal(codeOf(asked), "not_found");
});

test("SCH-3 scheduling has one effect for each command id, and no receipt", async () => {
  const later = new Later();
  const send_at = later.room.local.now_ms + MINUTE;
  const asked = { command_id: later.room.local.newId("command"), send_at };
  assert.deepEqual(later.asks("bo", asked), {
    ok: true,
    value: { receipt: null, replayed: false },
  });
  later.room.local.wake();
  assert.deepEqual(later.asks("bo", asked), { ok: true, value: { receipt: null, replayed: true } });
  assert.equal(codeOf(later.asks("bo", { ...asked, text: "else" })), "command_id_reused");
  assert.equal(codeOf(later.asks("ada", asked)), "command_id_reused");
  assert.equal(later.list("bo").length, 1);
  const schedule_id = scheduleIdOf(asked.command_id);
  const back = { command_id: later.room.local.newId("command"), schedule_id };
  const answers = [1, 2].map(() => later.room.asks("bo", "unschedule", back));
  assert.deepEqual(answers, [
    { ok: true, value: { receipt: null, replayed: false } },
    { ok: true, value: { receipt: null, replayed: true } },
  ]);
  assert.deepEqual(later.asks("bo", asked), { ok: true, value: { receipt: null, replayed: true } });
  assert.deepEqual(later.list("bo"), [], "a repeat does not bring it back");
  await later.passes(60 * MINUTE);
  assert.deepEqual(later.texts(), []);
});

test("SCH-3 it is said over a socket too", () => {
  const later = new Later();
  const bo = later.comesIn("bo");
  const command_id = later.room.local.newId("command");
  const send_at = later.room.local.now_ms + MINUTE;
  const said = later.says(bo, { type: "schedule", command_id, send_at, text: "later" });
  assert.deepEqual(said, [{ type: "accepted", command_id, receipt: null, replayed: false }]);
  const [answer] = later.says(bo, { type: "ask", ref: "q", query: { type: "scheduled" } });
  assert.ok(answer?.type === "answer");
  assert.equal((answer.answer as QueryAnswer<"scheduled">).scheduled.length, 1);
});

test("SCH-3 the words of what was taken back are nowhere, and cannot be guessed from a hash", () => {
  const later = new Later();
  const text = "my PIN is 4711";
  const schedule_id = later.schedules("bo", { text });
  const [row] = later.room.local.rows("scheduled");
  later.room.asks("bo", "unschedule", { schedule_id });
  const stored = JSON.stringify(later.room.dump());
  assert.ok(!stored.includes("4711") && !stored.includes(String(row?.["salt"])));
});

test("SCH-4 a crash between any two steps leaves the waiting message or the sent one, and never both", async () => {
  for (let step = 1; ; step += 1) {
    const later = new Later();
    const { local } = later.room;
    const schedule_id = later.schedules("ada");
    local.now_ms += MINUTE;
    let countdown = step;
    local.step = () => {
      countdown -= 1;
      if (countdown === 0) throw new Error("power cut");
    };
    await local.engine.alarm().catch(() => {});
    try {
      local.settle();
    } catch {
      // The room has died here.
    }
    local.step = () => {};
    local.wake();
    const [sent, waiting] = [later.texts().length, local.rows("scheduled").length];
    assert.equal(sent + waiting, 1, `died at step ${step}`);
    const back = later.room.asks("ada", "unschedule", { schedule_id });
    assert.equal(codeOf(back), sent === 1 ? "not_found" : "accepted", `at step ${step}`);
    if (countdown > 0) break;
    assert.ok(step < 200);
  }
});

test("SCH-4 after a crash it is sent all the same", async () => {
  for (const step of [1, 3, 6, 10, 15]) {
    const later = new Later();
    const { local } = later.room;
    later.schedules("ada");
    local.now_ms += MINUTE;
    let countdown = step;
    local.step = () => {
      countdown -= 1;
      if (countdown === 0) throw new Error("power cut");
    };
    await local.engine.alarm().catch(() => {});
    local.step = () => {};
    local.wake();
    await later.passes(MINUTE);
    assert.deepEqual(later.texts(), ["later"], `after step ${step}`);
  }
});

test("SCH-5 what may not be sent at its time stays with the refusal, until it is taken away", async () => {
  const later = new Later();
  const schedule_id = later.schedules("bo");
  later.room.asks("ada", "change", { settings: { posting: "admins" } });
  await later.passes(10 * MINUTE);
  assert.deepEqual(later.texts(), []);
  const [kept, ...rest] = later.list("bo");
  assert.equal(rest.length, 0);
  assert.deepEqual([kept?.schedule_id, kept?.failed?.code], [schedule_id, "read_only"]);
  later.room.asks("ada", "change", { settings: { posting: "everyone" } });
  await later.passes(10 * MINUTE);
  assert.deepEqual(later.texts(), [], "nobody expects it any more");
  assert.equal(codeOf(later.room.asks("bo", "unschedule", { schedule_id })), "accepted");
  assert.deepEqual(later.list("bo"), []);
});

test("SCH-5 a reply whose root has been deleted meanwhile is kept as well", async () => {
  const later = new Later();
  const parent = messageIdOf(later.room.says("ada", "a root"));
  later.schedules("bo", { parent });
  later.room.asks("ada", "delete", { message_id: parent });
  await later.passes(MINUTE);
  assert.equal(later.list("bo")[0]?.failed?.code, "message_deleted");
});

test("SCH-5 a failure is tried again", async () => {
  const later = new Later();
  later.schedules("ada");
  const { db } = later.room.local.world;
  db.exec(
    "CREATE TRIGGER broken BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'broken'); END",
  );
  await later.passes(MINUTE);
  assert.deepEqual([later.texts(), later.list("ada")[0]?.failed], [[], null]);
  db.exec("DROP TRIGGER broken");
  await later.passes(limits.outbox_retry_ms);
  assert.deepEqual(later.texts(), ["later"]);
});

test("SCH-6 what could not be sent now, or at no sensible time, is refused, and so is one too many", () => {
  const later = new Later();
  const now = later.room.local.now_ms;
  const before = later.room.dump();
  const refusals = [
    [later.asks("bo", { send_at: now }), "invalid"],
    [later.asks("bo", { send_at: now + limits.schedule_ahead_ms + 1 }), "invalid"],
    [later.asks("bo", { send_at: 1.5 }), "invalid"],
    [later.asks("bo", { text: " " }), "invalid"],
    [later.asks("bo", { parent: later.room.local.newId("message") }), "not_found"],
    [later.asks("dee"), "not_found"],
  ] as const;
  for (const [answer, code] of refusals) assert.equal(codeOf(answer), code);
  assert.deepEqual(later.room.dump(), before);
  for (let count = 0; count < limits.scheduled_per_member; count += 1) later.schedules("bo");
  assert.equal(codeOf(later.asks("bo")), "too_many");
  later.schedules("ada");
});

test("SCH-6 long texts are counted together", () => {
  const later = new Later();
  const text = "x".repeat(limits.text_bytes);
  const fitting = Math.floor(limits.scheduled_characters_per_member / limits.text_bytes);
  for (let count = 0; count < fitting; count += 1) later.schedules("bo", { text });
  assert.equal(codeOf(later.asks("bo", { text })), "too_many");
});

test("SCH-7 one's own can be taken back until it is sent", async () => {
  const later = new Later();
  const schedule_id = later.schedules("bo");
  assert.equal(codeOf(later.room.asks("ada", "unschedule", { schedule_id })), "not_found");
  assert.equal(codeOf(later.room.asks("dee", "unschedule", { schedule_id })), "not_found");
  assert.equal(later.list("bo").length, 1);
  const other = later.schedules("bo", { text: "this one goes" });
  assert.equal(codeOf(later.room.asks("bo", "unschedule", { schedule_id })), "accepted");
  await later.passes(MINUTE);
  assert.deepEqual(later.texts(), ["this one goes"]);
  const late = later.room.asks("bo", "unschedule", { schedule_id: other });
  assert.equal(codeOf(late), "not_found");
});

test("SCH-7 one that is taken back while it waits for its flush is not sent", async () => {
  const later = new Later();
  const { local } = later.room;
  const schedule_id = later.schedules("bo");
  local.now_ms += MINUTE;
  later.room.asksLater("ada", "send", { text: "opens the flush" });
  const back = later.room.asksLater("bo", "unschedule", { schedule_id });
  await local.engine.alarm();
  local.settle();
  assert.equal(codeOf(back.answers[0]!), "accepted");
  assert.deepEqual(later.texts(), ["opens the flush"]);
});

test("SCH-8 whoever leaves, is removed or has no account any more sends nothing more", async () => {
  const later = new Later(["bo", "cy", "dee"]);
  for (const name of ["bo", "cy", "dee", "ada"]) later.schedules(name, { text: name });
  later.room.asks("bo", "leave");
  later.room.asks("ada", "remove", { user_id: userId("cy") });
  await later.room.local.engine.forget(userId("dee"));
  assert.equal(later.room.local.rows("scheduled").length, 1);
  later.room.asks("bo", "join");
  await later.passes(10 * MINUTE);
  assert.deepEqual(later.texts(), ["ada"]);
});
