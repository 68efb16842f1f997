import { sha256 } from "@noble/hashes/sha2.js";
import * as v from "valibot";

/**
 * Ids are text: a prefix that says what it names, and a UUID. Most are UUIDv7 and so sort by time.
 * An id that must come out the same on every retry is derived from what it stands for (UUIDv8).
 */
const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

const idSchema = <P extends string>(prefix: P) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^${prefix}_${uuid}$`), `expected ${prefix}_<uuid>`),
  ) as v.GenericSchema<Id<P>, Id<P>>;

export type Id<P extends string> = `${P}_${string}`;

export const RoomIdSchema = idSchema("room");
export const UserIdSchema = idSchema("user");
export const DeviceIdSchema = idSchema("device");
export const MessageIdSchema = idSchema("message");
export const CommandIdSchema = idSchema("command");
export const EpochSchema = idSchema("epoch");
export const ReminderIdSchema = idSchema("reminder");
export const EmojiIdSchema = idSchema("emoji");
export const ScheduleIdSchema = idSchema("schedule");
export const WhisperIdSchema = idSchema("whisper");

export type RoomId = Id<"room">;
export type UserId = Id<"user">;
export type DeviceId = Id<"device">;
export type MessageId = Id<"message">;
export type CommandId = Id<"command">;
export type Epoch = Id<"epoch">;
export type ReminderId = Id<"reminder">;
/** An emoji that people drew themselves; Unicode's own have no ids. */
export type EmojiId = Id<"emoji">;
export type RequestId = Id<"request">;
export type ScheduleId = Id<"schedule">;
export type WhisperId = Id<"whisper">;

/** Ten random bytes make one UUIDv7. */
export const ID_RANDOM_BYTES = 10;

/** A UUIDv7 from a clock and randomness that the caller brings, so that a simulation can repeat it. */
export function makeId<P extends string>(prefix: P, now_ms: number, random: Uint8Array): Id<P> {
  const bytes = new Uint8Array(16);
  const time = Math.max(0, Math.floor(now_ms));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(time / 2 ** (8 * (5 - i))) % 256;
  bytes.set(random.subarray(0, ID_RANDOM_BYTES), 6);
  return formatId(prefix, bytes, 7);
}

/** The same parts give the same id, on every machine and at every time. */
export function deriveId<P extends string>(prefix: P, ...parts: readonly string[]): Id<P> {
  const bytes = sha256(new TextEncoder().encode(JSON.stringify([prefix, ...parts]))).slice(0, 16);
  return formatId(prefix, bytes, 8);
}

/** An id made here and now: for clients and the Worker; actors bring clock and randomness of their own. */
export function newId<P extends string>(prefix: P): Id<P> {
  return makeId(prefix, Date.now(), crypto.getRandomValues(new Uint8Array(ID_RANDOM_BYTES)));
}

/**
 * A message is named after the command that sent it, so its author knows the id before the answer,
 * and a repeated command cannot name a second message.
 */
export function messageIdOf(command_id: CommandId): MessageId {
  return `message_${command_id.slice("command_".length)}`;
}

/** What waits for its time is named after the command that asked for it. */
export function scheduleIdOf(command_id: CommandId): ScheduleId {
  return `schedule_${command_id.slice("command_".length)}`;
}

/** The command by which it is sent: always the same one, so that it is sent once however often that is tried. */
export function sendingOf(schedule_id: ScheduleId): CommandId {
  return deriveId("command", "scheduled", schedule_id);
}

/** A reminder is named after the command that set it, so setting it again sets no second one. */
export function reminderIdOf(command_id: CommandId): ReminderId {
  return `reminder_${command_id.slice("command_".length)}`;
}

/** Two people have one direct room, whoever asks for it first. */
export function directRoomId(one: UserId, other: UserId): RoomId {
  return deriveId("room", "direct", ...[one, other].toSorted());
}

/** Any other room is named after the command that created it. */
export function createdRoomId(user_id: UserId, command_id: CommandId): RoomId {
  return deriveId("room", "created", user_id, command_id);
}

function formatId<P extends string>(prefix: P, bytes: Uint8Array, version: 7 | 8): Id<P> {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
