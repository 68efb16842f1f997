import { plainMessage } from "../../schema/message.ts";
import { defaultRoomSettings } from "../../schema/room.ts";
import { ADA, BO, DEVICE, ROOM, EPOCH, AT } from "./example-ids.ts";

/** Examples of what is about rooms: see examples.ts. */
const COMMAND = "command_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const MESSAGE = "message_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const SCHEDULE = "schedule_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const WHISPER = "whisper_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const HASH = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

const head = {
  room_id: ROOM,
  epoch: EPOCH,
  seq: 2,
  hash: HASH,
  key_id: "2026-11",
  signature: `${HASH}${HASH}`,
};
const entry = {
  seq: 2,
  type: "message.sent",
  at: AT,
  actor: ADA,
  device: DEVICE,
  command_id: COMMAND,
  body_hash: HASH,
  prev_hash: HASH,
  hash: HASH,
};
const receipt = { room_id: ROOM, epoch: EPOCH, ...entry, head };
const position = { epoch: EPOCH, seq: 2 };
const message = {
  message_id: MESSAGE,
  seq: 2,
  author: ADA,
  text: "Hello",
  at: AT,
  ...plainMessage,
  thread: { replies: 1, last_reply_at: AT + 60_000, last_reply_seq: 4, participants: [BO] },
  reactions: [{ emoji: "👍", count: 1, users: [BO], mine: false }],
};
const reply = {
  message_id: "message_01890a61-2b3c-7d4e-8f50-6b7c8d9e0f1a",
  seq: 4,
  author: BO,
  text: "Hello, Ada",
  at: AT + 60_000,
  ...plainMessage,
  parent: MESSAGE,
  in_room: false,
};
const members = [
  { user_id: ADA, role: "owner", joined_at: AT, joined_seq: 1, muted_until: null },
  { user_id: BO, role: "member", joined_at: AT, joined_seq: 1, muted_until: null },
];
const lag = { rooms_behind: 0, oldest_pending_ms: null, last_lag_ms: 1_200 };

export const roomExamples = {
  TicketBody: { room_id: ROOM },
  ReadBody: { seq: 2 },
  CreateRoomBody: { kind: "group", name: "Lighthouse", topic: "Who keeps watch", members: [BO] },
  AddMemberBody: { user_id: BO },
  ChangeRoomBody: { topic: "Who keeps watch tonight", settings: { posting: "admins" } },
  RoleBody: { role: "admin" },
  MuteBody: { muted_until: AT + 3_600_000 },
  SendBody: { text: "Hello, Ada", parent: MESSAGE },
  ForwardBody: { from_room: ROOM, from_message: MESSAGE },
  TextBody: { text: "Hello" },
  ReadAnswer: { read_seq: 2, unread_seq: null, badge: 0, mentions: 0 },
  Ticket: { ticket: "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl", expires_at: AT + 30_000 },
  ReceiptAnswer: { receipt, replayed: false },
  CreatedRoom: { room_id: ROOM, receipt, replayed: false },
  RoomView: {
    room: {
      room_id: ROOM,
      kind: "group",
      name: "Lighthouse",
      topic: "Who keeps watch",
      description: "",
      guidelines: "Speak plainly.",
      archived_at: null,
      settings: defaultRoomSettings,
      created_by: ADA,
      created_at: AT,
    },
    role: "owner",
    position,
    head,
    members,
    member_count: 2,
  },
  Message: message,
  MessagePage: { position, messages: [message], before: null },
  ThreadPage: { root: message, messages: [reply], after: null },
  Versions: {
    versions: [
      { seq: 2, at: AT, text: "Helo" },
      { seq: 3, at: AT + 5_000, text: "Hello" },
    ],
  },
  Pins: { messages: [{ ...message, pinned_at: AT + 90_000 }] },
  ReactionPage: { users: [BO], after: null },
  DeliveredBody: { seq: 2 },
  UnreadBody: { seq: 2 },
  FollowBody: { follow: true },
  ThreadReadBody: { seq: 4 },
  TypingBody: { on: true },
  WhisperBody: { to: BO, text: "Only you see this" },
  ScheduleBody: { text: "Good morning", send_at: AT + 3_600_000 },
  Readers: { read: [BO], delivered: [] },
  FollowedThreads: {
    threads: [{ root: message, unread: 1, read_seq: 2, last_seq: 4 }],
    before: null,
  },
  CountedMessages: {
    messages: [{ seq: 2, message_id: MESSAGE, author: ADA, why: "message" }],
    after: null,
  },
  Whispered: { id: WHISPER, delivered: 1 },
  ScheduleAnswer: { schedule_id: SCHEDULE, replayed: false },
  ScheduledMessages: {
    scheduled: [
      {
        schedule_id: SCHEDULE,
        send_at: AT + 3_600_000,
        message_id: MESSAGE,
        text: "Good morning",
        parent: null,
        in_room: true,
        quote: null,
        silent: false,
        failed: null,
      },
    ],
  },
  MembersAnswer: { members, after: null },
  EventPage: {
    epoch: EPOCH,
    events: [{ ...entry, body: { message_id: MESSAGE, text: "Hello" }, salt: HASH }],
    head,
    first_seq: 1,
    after: null,
  },
  Keys: { keys: [{ kty: "OKP", crv: "Ed25519", kid: "2026-11", x: HASH, use: "sig" }] },
  Live: { status: "live", version: 1 },
  Ready: { status: "ready", parts: { directory: { ok: true } }, archive: lag },
};
