import { expect, test } from "vitest";
import { normalEmoji } from "../../schema/text/emoji.ts";
import { html } from "../../schema/text/html.ts";
import { parse } from "../../schema/text/parse.ts";
import { plainText } from "../../schema/text/plain.ts";
import { nobodyKnown } from "../engine/text-world.ts";

const source = "**a** ||b|| <@room>\nwww.example.org/ü &copy; 数学\n\n- [x] `c`";

// Node, Deno and Bun read the same cases in test/engine.
test("MDT-12 workerd reads the tree that the others read", () => {
  expect(parse(source)).toEqual({
    action: false,
    blocks: [
      {
        type: "paragraph",
        children: [
          { type: "strong", children: [{ type: "text", text: "a" }] },
          { type: "text", text: " " },
          { type: "spoiler", children: [{ type: "text", text: "b" }] },
          { type: "text", text: " " },
          { type: "everyone" },
          { type: "break" },
          {
            type: "link",
            url: "https://www.example.org/%C3%BC",
            children: [{ type: "text", text: "www.example.org/ü" }],
          },
          { type: "text", text: " © 数学" },
        ],
      },
      {
        ...{ type: "list", start: null, tight: true },
        items: [
          {
            checked: true,
            children: [{ type: "paragraph", children: [{ type: "code", text: "c" }] }],
          },
        ],
      },
    ],
  });
  expect(html(parse("<b>"), nobodyKnown)).toBe("<p>&lt;b&gt;</p>");
  expect(plainText("👨‍👩‍👧👨‍👩‍👧", nobodyKnown, { most: 10 })).toBe("👨‍👩‍👧…");
});

test("EMO-2 workerd knows Unicode's emoji", () => {
  expect(["❤", "1⃣", "👩🏽‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1", "🇿🇿"].map(normalEmoji)).toEqual([
    ...["❤️", "1️⃣", "👩🏽‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
    ...[null, null],
  ]);
});
