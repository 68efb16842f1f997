import type { StateInline } from "markdown-it";
import * as v from "valibot";
import { EmojiIdSchema, RoomIdSchema, UserIdSchema } from "../ids.ts";
import { limits } from "../limits.ts";
import { RoleSchema } from "../permissions.ts";
import type { Reference } from "./tree.ts";

/** How a reference is written in a message's source. Whatever differs by one character is ordinary text. */
const written = new RegExp(
  `<(?:@([a-z_]+_[0-9a-f-]+|room|here)|@role:([a-z]+)|#([a-z]+_[0-9a-f-]+)|:([A-Za-z0-9_]{1,${limits.emoji_name_characters}}):([a-z]+_[0-9a-f-]+))>`,
  "y",
);

/** The reference that begins at this place of the source, and where it ends. */
export function referenceAt(source: string, at: number): { is: Reference; end: number } | null {
  written.lastIndex = at;
  const match = written.exec(source);
  if (match === null) return null;
  const [whole, who, role, room_id, name, emoji_id] = match;
  const is =
    referenceTo(who) ?? roleOf(role) ?? roomOf(room_id) ?? (name ? emojiOf(name, emoji_id) : null);
  return is === null ? null : { is, end: at + whole.length };
}

function referenceTo(who: string | undefined): Reference | null {
  if (who === "room") return { type: "everyone" };
  if (who === "here") return { type: "here" };
  return v.is(UserIdSchema, who) ? { type: "user", user_id: who } : null;
}

const roleOf = (role: string | undefined): Reference | null =>
  v.is(RoleSchema, role) ? { type: "role", role } : null;

const roomOf = (room_id: string | undefined): Reference | null =>
  v.is(RoomIdSchema, room_id) ? { type: "room", room_id } : null;

const emojiOf = (name: string, emoji_id: string | undefined): Reference | null =>
  v.is(EmojiIdSchema, emoji_id) ? { type: "emoji", emoji_id, name } : null;

/** The source that stands for a reference: the way back of `referenceAt`. */
export function writeReference(reference: Reference): string {
  if (reference.type === "user") return `<@${reference.user_id}>`;
  if (reference.type === "everyone") return "<@room>";
  if (reference.type === "here") return "<@here>";
  if (reference.type === "role") return `<@role:${reference.role}>`;
  if (reference.type === "room") return `<#${reference.room_id}>`;
  return `<:${reference.name}:${reference.emoji_id}>`;
}

/** The beginning of a source, by characters. Where it would end within a reference it ends before: half an id is no word. */
export function beginningOf(source: string, characters: number): string {
  const beginning = [...source.slice(0, characters * 2)].slice(0, characters).join("");
  const opened = beginning.lastIndexOf("<");
  const is_half = (referenceAt(source, opened)?.end ?? 0) > beginning.length;
  return is_half ? beginning.slice(0, opened) : beginning;
}

const LESS_THAN = 0x3c;

/** The parser's rule. Code spans and link destinations are taken before it is asked, so nothing in them is a reference. */
export function referenceRule(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== LESS_THAN) return false;
  const found = referenceAt(state.src, state.pos);
  if (found === null || found.end > state.posMax) return false;
  if (!silent) state.push("reference", "", 0).meta = { is: found.is };
  state.pos = found.end;
  return true;
}
