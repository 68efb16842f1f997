import { type EmojiId, type RoomId, deriveId } from "../../schema/ids.ts";
import type { Names } from "../../schema/text/names.ts";
import type { Tree } from "../../schema/text/tree.ts";
import { inlinesIn } from "../../schema/text/walk.ts";
import { userId } from "../support/local-room.ts";

export const ada = userId("ada");
export const bo = userId("bo");
export const lobby: RoomId = deriveId("room", "lobby");
export const raven: EmojiId = deriveId("emoji", "raven");

const nothing = () => undefined;
export const nobodyKnown: Names = { user: nothing, room: nothing, emoji: nothing };
export const adaKnown: Names = {
  user: (user_id) => (user_id === ada ? "Ada <3" : undefined),
  room: (room_id) => (room_id === lobby ? "lobby" : undefined),
  emoji: (emoji_id) => (emoji_id === raven ? "crow" : undefined),
  author: "Cy & Co",
};

export const urlsIn = (tree: Tree): string[] =>
  [...inlinesIn(tree)].flatMap((inline) => (inline.type === "link" ? [inline.url] : []));

/** Pieces that mean something to a parser, and pieces that should not. */
export const pieces: readonly string[] = [
  ...[
    "*",
    "**",
    "_",
    "~~",
    "||",
    "|",
    "`",
    "```",
    "[",
    "]",
    "(",
    ")",
    "](",
    "!",
    "![",
    "<",
    ">",
    "> ",
  ],
  ...[
    "- ",
    "1. ",
    "- [x] ",
    "#",
    "# ",
    "---",
    "\n",
    "\n\n",
    "\n|-|-|\n",
    "    ",
    "\t",
    " ",
    "\\",
    "&",
    "&lt;",
  ],
  ...[
    "&#60;",
    "&quot;",
    '"',
    "'",
    "=",
    "/",
    ":",
    "@",
    "a",
    "b c",
    "é",
    "数",
    "שלום",
    "🏳️‍🌈",
    "\u202e",
    "\0",
  ],
  ...[
    "javascript:",
    "data:text/html,",
    "vbscript:",
    "https://a.org",
    "http://",
    "www.a.org",
    "mailto:a@b.c",
  ],
  ...[
    "<script>",
    "</p>",
    "<img src=x onerror=a()>",
    " onclick=a()",
    ' style="a"',
    "<!--",
    "]]>",
    "<me> ",
  ],
  ...[
    `<@${ada}>`,
    `<#${lobby}>`,
    `<:raven:${raven}>`,
    "<@room>",
    "<@here>",
    "<@role:admin>",
    "<@role:",
    "<@",
  ],
  ...[
    "![a](https://a.org/b.png)",
    "[a](javascript:b)",
    "[a](https://b.org 'c')",
    "```js\n",
    "\ud800",
  ],
];
