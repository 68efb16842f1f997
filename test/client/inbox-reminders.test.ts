import { expect, test } from "vitest";
import { applyEvents } from "../../client/inbox-state.ts";
import { newId } from "../../schema/ids.ts";
import type { Reminder } from "../../schema/inbox.ts";
import { FakeInbox } from "./fake-inbox.ts";

const reminder: Reminder = {
  reminder_id: newId("reminder"),
  room_id: newId("room"),
  message_id: null,
  note: "Tea",
  at: 1,
  due: false,
  left: false,
};

test("REM-1 a device shows a reminder as it is set, due, left and taken away, each in its place", () => {
  const inbox = new FakeInbox(newId("user"));
  const other = { ...reminder, reminder_id: newId("reminder") };
  const before = inbox.state();
  const { reminder_id } = reminder;
  const shown = () => applyEvents(before, inbox.epoch, inbox.events).state.reminders;
  inbox.appends({ type: "reminder.set", body: { reminder } });
  inbox.appends({ type: "reminder.set", body: { reminder: other } });
  expect(shown()).toEqual([reminder, other]);
  inbox.appends({ type: "reminder.due", body: { reminder: { ...reminder, due: true } } });
  inbox.appends({ type: "reminder.set", body: { reminder: { ...other, left: true } } });
  expect(shown()).toEqual([
    { ...reminder, due: true },
    { ...other, left: true },
  ]);
  inbox.appends({ type: "reminder.gone", body: { reminder_id } });
  inbox.appends({ type: "reminder.gone", body: {} });
  expect(shown()).toEqual([{ ...other, left: true }]);
});
