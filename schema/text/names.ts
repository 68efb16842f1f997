import type { EmojiId, RoomId, UserId } from "../ids.ts";
import type { Reference } from "./tree.ts";

/** What the ids in a text are called at the moment, as far as the reader may know. */
export interface Names {
  user(user_id: UserId): string | undefined;
  room(room_id: RoomId): string | undefined;
  emoji(emoji_id: EmojiId): string | undefined;
  /** Who wrote the text: an action is read after it. */
  readonly author?: string;
}

/** The words for a reference. An id is never shown: who is unknown here is somebody. */
export function wordsFor(reference: Reference, names: Names): string {
  switch (reference.type) {
    case "user":
      return `@${names.user(reference.user_id) ?? "someone"}`;
    case "everyone":
      return "@room";
    case "here":
      return "@here";
    case "role":
      return `@${reference.role}`;
    case "room":
      return `#${names.room(reference.room_id) ?? "room"}`;
    case "emoji":
      return `:${names.emoji(reference.emoji_id) ?? reference.name}:`;
  }
}
