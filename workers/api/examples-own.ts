import { ADA, AT, BO, ROOM } from "./example-ids.ts";

/** Examples of what concerns one person over all rooms: see examples.ts. */
const REMINDER = "reminder_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const MESSAGE = "message_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";

const reminder = {
  reminder_id: REMINDER,
  room_id: ROOM,
  message_id: MESSAGE,
  note: "To be answered",
  at: AT + 600_000,
  due: false,
  left: false,
};
const message = {
  message_id: MESSAGE,
  seq: 2,
  author: BO,
  text: `<@${ADA}> Good evening`,
  at: AT,
  edited_at: null,
  deleted_at: null,
  deleted_by: null,
  parent: null,
  in_room: true,
  quote: null,
  forwarded: null,
  silent: false,
  large: null,
  mentions: { users: [ADA], roles: [], room: false, here: false },
  pinned_at: null,
  thread: null,
  reactions: [],
};

export const ownExamples = {
  RemindBody: { room_id: ROOM, message_id: MESSAGE, note: "To be answered", at: AT + 600_000 },
  Reminded: { reminder_id: REMINDER, seq: 7, replayed: false },
  Reminders: { reminders: [reminder] },
  MentionPage: { mentions: [{ room_id: ROOM, message }], before: `${AT}.17` },
  AllRead: { rooms: 3 },
  SlashBody: { text: "/topic Who keeps watch", time_zone: "Europe/Oslo" },
  SlashAnswer: {
    done: [
      {
        to: "room",
        type: "change",
        receipt: null,
        replayed: false,
      },
    ],
  },
};
