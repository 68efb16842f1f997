import type { EventBody, LogEvent } from "../../schema/events.ts";
import { bodyOf, whoCame } from "../../schema/events.ts";
import type { SqlPort } from "../kernel/host.ts";
import { applyMessage } from "./apply-message.ts";
import { members } from "./stores/members.ts";
import type { RoomRow } from "./stores/room.ts";
import { roomStore } from "./stores/room.ts";

/**
 * One event, brought into the tables that the room reads from. The same function serves the live room and a rebuild
 * from the log, so the two cannot differ. It must cope with erased bodies: the log keeps them as steps without words.
 */
export function apply(sql: SqlPort, identity: Identity, event: LogEvent): void {
  const [family] = event.type.split(".");
  if (family === "message" || family === "reaction") return applyMessage(sql, event);
  if (family === "room") return applyRoom(sql, identity, event);
  if (family === "member") applyMember(sql, event);
}

/** What a log is besides its events: whose it is, and which life of it. */
export type Identity = Pick<RoomRow, "room_id" | "epoch">;

function applyRoom(sql: SqlPort, identity: Identity, event: LogEvent): void {
  const created = bodyOf(event, "room.created");
  if (created) addRoom(sql, identity, event, created);
  const changed = bodyOf(event, "room.changed");
  if (changed) roomStore.change(sql, changed, event.at);
  enter(sql, event);
}

function addRoom(
  sql: SqlPort,
  identity: Identity,
  { actor, at }: LogEvent,
  { members: _, ...described }: EventBody<"room.created">,
): void {
  roomStore.add(sql, {
    ...identity,
    // What a room from before there were descriptions does not say.
    ...{ description: "", guidelines: "" },
    ...described,
    created_by: actor,
    created_at: at,
  });
}

function applyMember(sql: SqlPort, event: LogEvent): void {
  enter(sql, event);
  const left = bodyOf(event, "member.left");
  if (left) members.remove(sql, left.user_id);
  if (left?.heir) members.promote(sql, left.heir, "owner");
  const removed = bodyOf(event, "member.removed");
  if (removed) members.remove(sql, removed.user_id);
  const moved = bodyOf(event, "member.role");
  if (moved) members.promote(sql, moved.user_id, moved.role);
  const muted = bodyOf(event, "member.muted");
  if (muted) members.mute(sql, muted.user_id, muted.muted_until);
}

function enter(sql: SqlPort, event: LogEvent): void {
  const { at: joined_at, seq: joined_seq } = event;
  for (const one of whoCame(event))
    members.add(sql, { ...one, joined_at, joined_seq, muted_until: null });
}
