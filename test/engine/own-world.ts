import type { OwnCursor } from "../../schema/cursors.ts";
import type { MessageId, UserId } from "../../schema/ids.ts";
import type { RoomMark } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import type { QueryAnswer, QueryType } from "../../schema/queries.ts";
import { writeReference } from "../../schema/text/references.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf } from "./world.ts";

/** What is each member's own in a room, in words that a test can be read aloud with. */

/** Time passes until the inboxes have been told. */
export async function gathers({ local }: World, wait_ms: number = limits.mark_gather_ms) {
  local.settle();
  local.now_ms += wait_ms;
  local.world.alarm_at = null;
  await local.engine.alarm();
  local.settle();
}

/** A room whose members all know of it. */
export async function aKnownRoom(options: Parameters<typeof aRoom>[0] = {}): Promise<World> {
  const room = aRoom(options);
  await gathers(room, 0);
  return room;
}

export const inboxOf = (room: World, name: string) => room.local.inboxes.at(userId(name));
export function markOf(room: World, name: string): RoomMark {
  const { mark } = inboxOf(room, name);
  if (!mark) throw new Error(`${name}'s inbox knows nothing of the room`);
  return mark;
}
/** The numbers of a mark, in short. */
export function countsOf(room: World, name: string) {
  const { badge, mentions, threads } = markOf(room, name);
  return { badge, mentions, threads };
}

export const calls = (name: string): string =>
  writeReference({ type: "user", user_id: userId(name) });

/** Sends, and says under which id and seq the message stands. */
export function sends(
  room: World,
  name: string,
  text: string,
  more: { parent?: MessageId; in_room?: boolean } = {},
): { message_id: MessageId; seq: number } {
  room.local.now_ms += 100;
  const command_id = room.local.newId("command");
  const answer = room.asks(name, "send", { command_id, text, ...more });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return { message_id: messageIdOf(command_id), seq: answer.value.receipt?.seq ?? 0 };
}

export function reads(room: World, name: string, seq = Number.MAX_SAFE_INTEGER): OwnCursor {
  const answer = room.local.engine.read(callerOf(name), seq);
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value;
}

/** Changes what is their own, over HTTP; says what came of it. */
export function changes(room: World, name: string, type: string, fields: object): string {
  const answer = room.asks(name, type, { ...fields });
  if (!answer.ok) return codeOf(answer);
  return answer.value.receipt === null ? "accepted" : "in the log";
}

export function hears<T extends QueryType>(
  room: World,
  name: string,
  query: { type: T } & Record<string, unknown>,
): QueryAnswer<T> {
  const answer = room.local.engine.ask(callerOf(name), query);
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value as QueryAnswer<T>;
}
export const askedCode = (room: World, name: string, query: { type: string }): string =>
  codeOf(room.local.engine.ask(callerOf(name), query));

/** What somebody's inbox says of them from now on. */
export function prefers(room: World, name: string, more: Partial<MemberPreferences>) {
  const inbox = inboxOf(room, name);
  const version = inbox.preferences.version + 1;
  inbox.preferences = { ...inbox.preferences, version, ...more };
  return inbox.preferences;
}
export const ignoring = (...names: string[]): { ignores: UserId[] } => ({
  ignores: names.map(userId),
});
