import * as v from "valibot";
import { eventBodies, type EventBody, type EventType, type LogEvent } from "../schema/events.ts";
import type { Snapshot } from "../schema/frames/resume.ts";
import type { MessagePage } from "../schema/http.ts";
import type { MessageId, RoomId, UserId } from "../schema/ids.ts";
import type { Member } from "../schema/member.ts";
import type { Message } from "../schema/message.ts";
import type { Position } from "../schema/position.ts";
import type { Room } from "../schema/room.ts";
import type { Draft, Followed, Step } from "./slices/draft.ts";
import { members } from "./slices/members.ts";
import { messages } from "./slices/messages.ts";
import { pins } from "./slices/pins.ts";
import { reactions } from "./slices/reactions.ts";
import { room } from "./slices/room.ts";
import { threads } from "./slices/threads.ts";

/**
 * What the log says, as far as it has been applied: what a fresh fetch would give, made of an earlier one and of the
 * events after it. What cannot be worked out so is in `unsure`, to be asked for; nothing is made up.
 */
export interface RoomData extends Readonly<
  Omit<Draft, "members" | "messages" | "threads" | "later_users" | "unsure">
> {
  readonly position: Position | null;
  readonly room: Room | null;
  /** Those that a snapshot listed and everyone who came since; `member_count` counts all. */
  readonly members: ReadonlyMap<UserId, Member>;
  /** Those that are shown in the room, in the order of the log. What is said in threads only is not among them. */
  readonly messages: readonly Message[];
  readonly threads: ReadonlyMap<MessageId, Followed>;
  readonly later_users: ReadonlyMap<MessageId, ReadonlyMap<string, readonly UserId[]>>;
  readonly unsure: ReadonlySet<MessageId>;
}

export const emptyRoom = (room_id: RoomId, me: UserId): RoomData => ({
  room_id,
  me,
  since: 0,
  read_at: new Map(),
  position: null,
  room: null,
  self: null,
  members: new Map(),
  member_count: 0,
  messages: [],
  threads: new Map(),
  later_users: new Map(),
  unsure: new Set(),
});

export function startOver(snapshot: Snapshot, me: UserId): RoomData {
  const { room: now, position, member_count } = snapshot;
  const self = snapshot.members.find(({ user_id }) => user_id === me);
  return {
    ...emptyRoom(now.room_id, me),
    since: position.seq,
    position,
    room: now,
    self: self ?? null,
    members: new Map(snapshot.members.map((member) => [member.user_id, member])),
    member_count,
    messages: snapshot.messages,
  };
}

/** Events that follow the position, in order: `log.ts` has seen to it that none is missing and none comes twice. */
export function reduce(data: RoomData, events: readonly LogEvent[]): RoomData {
  const last = events.at(-1);
  if (last === undefined || data.position === null) return data;
  const draft = draftOf(data);
  for (const event of events) step(draft, event);
  return { ...draft, position: { ...data.position, seq: last.seq } };
}

/**
 * An older page goes before what is shown. It was read at its own position, so what the log has changed since
 * is in `later`, the events applied after that position; and what it has seen already does not happen to it twice.
 */
export function prepend(data: RoomData, page: MessagePage, later: readonly LogEvent[]): RoomData {
  const known = new Set(data.messages.map((message) => message.message_id));
  const older = page.messages.filter((message) => !known.has(message.message_id));
  return take(data, older, page.position.seq, later);
}

/** A message that could not be worked out, as the room says it is. */
export function refresh(
  data: RoomData,
  message: Message,
  seq: number,
  later: readonly LogEvent[],
): RoomData {
  const { message_id } = message;
  if (!data.messages.some((one) => one.message_id === message_id)) return data;
  const unsure = new Set(data.unsure);
  unsure.delete(message_id);
  const rest = data.messages.filter((one) => one.message_id !== message_id);
  return take({ ...data, messages: rest, unsure }, [message], seq, later);
}

/** Messages that were read at one time, among those that are here. */
function take(
  data: RoomData,
  read: readonly Message[],
  seq: number,
  later: readonly LogEvent[],
): RoomData {
  const read_at = new Map(data.read_at);
  for (const { message_id } of read) read_at.set(message_id, seq);
  const alone = { ...draftOf(data), messages: [...read], since: seq };
  alone.threads.clear();
  alone.later_users.clear();
  for (const event of later) step(alone, event);
  // The events bring what is said after the page too, which is here already.
  const ids = new Set(read.map(({ message_id }) => message_id));
  const now = alone.messages.filter(({ message_id }) => ids.has(message_id));
  const others = <T>(of: ReadonlyMap<MessageId, T>) => [...of].filter(([id]) => !ids.has(id));
  return {
    ...data,
    read_at,
    messages: [...now, ...data.messages].toSorted((one, other) => one.seq - other.seq),
    threads: new Map([...others(data.threads), ...alone.threads]),
    later_users: new Map([...others(data.later_users), ...alone.later_users]),
    unsure: alone.unsure,
  };
}

const draftOf = (data: RoomData) => ({
  ...data,
  members: new Map(data.members),
  messages: [...data.messages],
  threads: new Map(data.threads),
  later_users: new Map(data.later_users),
  unsure: new Set(data.unsure),
});

/** A type that is not known here, or a body that is not what its type promises, is a step without effect. */
function step(draft: Draft, event: LogEvent): void {
  const type = event.type as EventType;
  if (!Object.hasOwn(steps, type)) return;
  if (event.body === null) {
    if (type === "message.sent") messages.sent(draft, event, null);
    return;
  }
  const body = v.safeParse(eventBodies[type] as v.GenericSchema<unknown, EventBody>, event.body);
  if (!body.success) return;
  for (const slice of steps[type] as readonly ((...of: [Draft, LogEvent, EventBody]) => void)[])
    slice(draft, event, body.output);
}

/** Which slices an event concerns, in the order in which they look at it. */
const steps: { [T in EventType]: readonly Step<T>[] } = {
  "room.created": [room.created, members.came],
  "room.changed": [room.changed, messages.hidden],
  "member.added": [members.came, messages.hidden],
  "member.joined": [members.came, messages.hidden],
  "member.left": [members.left],
  "member.removed": [members.removed],
  "member.role": [members.role],
  "member.muted": [members.muted],
  "message.sent": [messages.sent, threads.sent],
  "message.edited": [messages.edited],
  // The thread first: it may have to look at the message where it still stands.
  "message.deleted": [threads.deleted, messages.deleted, reactions.deleted, pins.deleted],
  "message.restored": [messages.restored, threads.restored],
  "message.pinned": [pins.pinned],
  "message.unpinned": [pins.unpinned],
  "reaction.added": [reactions.added],
  "reaction.removed": [reactions.removed],
};
