import type { EmojiId, RoomId, UserId } from "../ids.ts";
import type { Role } from "../permissions.ts";

/**
 * What a message's text means, as plain JSON: blocks, and inlines within them. It holds no HTML and no URL of another
 * scheme than http, https and mailto, so whoever shows it has nothing left to sanitise.
 */
export interface Tree {
  /** Something that the author does rather than says: `/me waves`. It is one paragraph, read after their name. */
  readonly action: boolean;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly type: "paragraph"; readonly children: readonly Inline[] }
  | { readonly type: "heading"; readonly level: HeadingLevel; readonly children: readonly Inline[] }
  | { readonly type: "quote"; readonly children: readonly Block[] }
  | List
  /** `language` is a word that the author chose, or empty. */
  | { readonly type: "code"; readonly language: string; readonly text: string }
  | Table
  | { readonly type: "rule" };

export type HeadingLevel = 1 | 2 | 3 | 4 | 5 | 6;

export interface List {
  readonly type: "list";
  /** The first number; null where the list has none. */
  readonly start: number | null;
  /** Whether its items stand without paragraphs' distance between them. */
  readonly tight: boolean;
  readonly items: readonly Item[];
}

export interface Item {
  /** A task, done or not; null for an ordinary item. */
  readonly checked: boolean | null;
  readonly children: readonly Block[];
}

export type Align = "left" | "center" | "right" | null;
export type Cell = readonly Inline[];

export interface Table {
  readonly type: "table";
  /** One for each column; every row has as many cells. */
  readonly align: readonly Align[];
  readonly head: readonly Cell[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Inline =
  /** A line feed in it is shown as a line break. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "break" }
  | { readonly type: "code"; readonly text: string }
  | { readonly type: Wrapping; readonly children: readonly Inline[] }
  /** There is no link within a link. */
  | { readonly type: "link"; readonly url: string; readonly children: readonly Inline[] }
  | Reference;

export type Wrapping = "emphasis" | "strong" | "strike" | "spoiler";

/** What stands for somebody or something by its id, so that a new name breaks no old message. */
export type Reference =
  | { readonly type: "user"; readonly user_id: UserId }
  /** Everyone in the room. */
  | { readonly type: "everyone" }
  /** Everyone in the room who is there at the moment. */
  | { readonly type: "here" }
  | { readonly type: "role"; readonly role: Role }
  | { readonly type: "room"; readonly room_id: RoomId }
  /** `name` is what the emoji was called when the message was written. */
  | { readonly type: "emoji"; readonly emoji_id: EmojiId; readonly name: string };

export type InlineOf<T extends Inline["type"]> = Extract<Inline, { type: T }>;
