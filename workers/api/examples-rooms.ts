import { ADA, BO, DEVICE, ROOM, EPOCH, AT } from "./example-ids.ts";

/** Examples of what is about rooms: see examples.ts. */
const COMMAND = "command_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const MESSAGE = "message_01890a60-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
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
const lag = { rooms_behind: 0, oldest_pending_ms: null, last_lag_ms: 1_200 };

export const roomExamples = {
  TicketBody: { room_id: ROOM },
  ReadBody: { seq: 2 },
  CreateRoomBody: { kind: "group", name: "Lighthouse", topic: "Who keeps watch", members: [BO] },
  AddMemberBody: { user_id: BO },
  TextBody: { text: "Hello" },
  ReadAnswer: { read_seq: 2, badge: 0 },
  Ticket: { ticket: "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl", expires_at: AT + 30_000 },
  ReceiptAnswer: { receipt, replayed: false },
  CreatedRoom: { room_id: ROOM, receipt, replayed: false },
  RoomView: {
    room: {
      room_id: ROOM,
      kind: "group",
      name: "Lighthouse",
      topic: "Who keeps watch",
      created_by: ADA,
      created_at: AT,
    },
    role: "owner",
    position,
    head,
    members: [{ user_id: ADA, role: "owner", joined_at: AT, joined_seq: 1 }],
    member_count: 1,
  },
  MessagePage: {
    position,
    messages: [
      {
        message_id: MESSAGE,
        seq: 2,
        author: ADA,
        text: "Hello",
        at: AT,
        edited_at: null,
        deleted_at: null,
      },
    ],
    before: null,
  },
  EventPage: {
    epoch: EPOCH,
    events: [{ ...entry, body: { message_id: MESSAGE, text: "Hello" }, salt: HASH }],
    head,
    after: null,
  },
  Keys: { keys: [{ kty: "OKP", crv: "Ed25519", kid: "2026-11", x: HASH, use: "sig" }] },
  Live: { status: "live", version: 1 },
  Ready: { status: "ready", parts: { directory: { ok: true } }, archive: lag },
};
