import * as v from "valibot";
import { eventBodies, type EventBody, type EventType, type LogEvent } from "../schema/events.ts";
import type { Snapshot } from "../schema/frames/resume.ts";
import type { MessagePage } from "../schema/http.ts";
import { messageIdOf, type MessageId, type RoomId, type UserId } from "../schema/ids.ts";
import type { Member } from "../schema/member.ts";
import type { Message } from "../schema/message.ts";
import type { Position } from "../schema/position.ts";
import type { Room } from "../schema/room.ts";

/** What the log says, as far as it has been applied. */
export interface RoomData {
  readonly room_id: RoomId;
  readonly position: Position | null;
  readonly room: Room | null;
  /** Those that a snapshot listed and everyone who came since; `member_count` counts all. */
  readonly members: ReadonlyMap<UserId, Member>;
  readonly member_count: number;
  /** In the order of the log. */
  readonly messages: readonly Message[];
}

export const emptyRoom = (room_id: RoomId): RoomData => ({
  room_id,
  position: null,
  room: null,
  members: new Map(),
  member_count: 0,
  messages: [],
});

export function startOver(snapshot: Snapshot): RoomData {
  return {
    room_id: snapshot.room.room_id,
    position: snapshot.position,
    room: snapshot.room,
    members: new Map(snapshot.members.map((member) => [member.user_id, member])),
    member_count: snapshot.member_count,
    messages: snapshot.messages,
  };
}

interface Draft {
  room_id: RoomId;
  room: Room | null;
  members: Map<UserId, Member>;
  member_count: number;
  messages: Message[];
}

/** Events that follow the position, in order: `log.ts` has seen to it that none is missing and none comes twice. */
export function reduce(data: RoomData, events: readonly LogEvent[]): RoomData {
  const last = events.at(-1);
  if (last === undefined || data.position === null) return data;
  const draft: Draft = { ...data, members: new Map(data.members), messages: [...data.messages] };
  for (const event of events) step(draft, event);
  return { ...draft, position: { ...data.position, seq: last.seq } };
}

/**
 * An older page goes before what is shown. It was read at its own position, so what the log has changed since
 * is in `later`, the events applied after that position.
 */
export function prepend(data: RoomData, page: MessagePage, later: readonly LogEvent[]): RoomData {
  const known = new Set(data.messages.map((message) => message.message_id));
  const older = page.messages.filter((message) => !known.has(message.message_id));
  const draft: Draft = { ...data, members: new Map(data.members), messages: older };
  for (const event of later)
    if (event.type === "message.edited" || event.type === "message.deleted") step(draft, event);
  return {
    ...data,
    messages: [...older, ...data.messages].toSorted((one, other) => one.seq - other.seq),
  };
}

/** A type that is not known here, or a body that is not what its type promises, is a step without effect. */
function step(draft: Draft, event: LogEvent): void {
  const type = event.type as EventType;
  if (!Object.hasOwn(steps, type)) return;
  if (event.body === null) return type === "message.sent" ? add(draft, event, null) : undefined;
  const body = v.safeParse(eventBodies[type] as v.GenericSchema<unknown, EventBody>, event.body);
  if (body.success)
    (steps[type] as (draft: Draft, event: LogEvent, body: EventBody) => void)(
      draft,
      event,
      body.output,
    );
}

const steps: { [T in EventType]: (draft: Draft, event: LogEvent, body: EventBody<T>) => void } = {
  "room.created"(draft, event, { kind, name, topic, members }) {
    draft.room = {
      room_id: draft.room_id,
      kind,
      name,
      topic,
      created_by: event.actor,
      created_at: event.at,
    };
    for (const { user_id, role } of members) enter(draft, event, user_id, role);
  },
  "member.added": (draft, event, { user_id, role }) => enter(draft, event, user_id, role),
  "member.joined": (draft, event, { user_id, role }) => enter(draft, event, user_id, role),
  "member.left"(draft, _event, { user_id, heir }) {
    draft.members.delete(user_id);
    draft.member_count -= 1;
    const next = heir === null ? undefined : draft.members.get(heir);
    if (next !== undefined) draft.members.set(next.user_id, { ...next, role: "owner" });
  },
  "message.sent": (draft, event, { text }) => add(draft, event, text),
  "message.edited": (draft, event, { message_id, text }) =>
    change(draft, message_id, { text, edited_at: event.at }),
  "message.deleted": (draft, event, { message_id }) =>
    change(draft, message_id, { text: null, deleted_at: event.at }),
};

function enter(draft: Draft, event: LogEvent, user_id: UserId, role: Member["role"]): void {
  draft.members.set(user_id, { user_id, role, joined_at: event.at, joined_seq: event.seq });
  draft.member_count += 1;
}

/** The id comes from the command, not from the body: an erased message keeps its place and its name. */
function add(draft: Draft, event: LogEvent, text: string | null): void {
  draft.messages.push({
    message_id: messageIdOf(event.command_id),
    seq: event.seq,
    author: event.actor,
    text,
    at: event.at,
    edited_at: null,
    deleted_at: null,
  });
}

function change(draft: Draft, message_id: MessageId, now: Partial<Message>): void {
  const index = draft.messages.findLastIndex((message) => message.message_id === message_id);
  const message = draft.messages[index];
  // Older than what is shown here, or deleted already: nothing to change.
  if (message === undefined || message.deleted_at !== null) return;
  draft.messages[index] = { ...message, ...now };
}
