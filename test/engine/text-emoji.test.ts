import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { ReactionEmojiSchema, isEmoji, isJumbo, normalEmoji } from "../../schema/text/emoji.ts";
import { parse } from "../../schema/text/parse.ts";
import { ada, raven } from "./text-world.ts";

/** One of each kind that Unicode has, all in their normal form. */
const emoji = [
  ...["🐦‍⬛", "😀", "👍🏽", "❤️", "☠️", "1️⃣", "#️⃣", "*️⃣", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🏴‍☠️"],
  ...["👁️‍🗨️", "⛹🏻‍♀️", "🧑🏻‍❤️‍💋‍🧑🏿", "🕵️‍♂️", "🙂‍↔️", "©️", "㊗️", "🀄", "⌚", "✊🏿", "🫱🏼‍🫲🏿", "❤️‍🔥", "🧑‍🧑‍🧒"],
];

test("EMO-1 every kind of emoji is one", () => {
  for (const one of emoji) assert.ok(isEmoji(one), one);
});

test("EMO-1 nothing else is: text, two of them, halves, unknown flags and chains", () => {
  const others = [
    ...[
      "",
      "a",
      "1",
      "#",
      "©",
      "❤",
      "❤︎",
      "😀😀",
      "😀 ",
      " 😀",
      "😀\ufe0f",
      "\ufe0f",
      "\u200d",
      "🇩",
      "🇿🇿",
    ],
    ...["👍🏽🏽", "😀\u200d😀", "👨‍👩‍", "1⃣", "1️", "\ud83d", "🏴󠁧󠁢", raven, "a".repeat(10_000)],
  ];
  for (const one of others) assert.ok(!isEmoji(one), JSON.stringify(one));
});

test("EMO-2 a style that is left out or set otherwise gives the one normal form", () => {
  for (const one of emoji) {
    assert.equal(normalEmoji(one), one);
    assert.equal(normalEmoji(one.replaceAll("\ufe0f", "")), one, one);
    assert.equal(normalEmoji(one.replaceAll("\ufe0f", "\ufe0e")), one, one);
  }
  assert.equal(normalEmoji("🏳‍🌈"), "🏳️‍🌈");
  assert.equal(normalEmoji("⛹️🏻"), "⛹🏻");
  for (const one of ["", "a", "1", "#", "1️", "❤❤", "😀😀", "🇿🇿", "\ufe0f", "\ufe0e"])
    assert.equal(normalEmoji(one), null, JSON.stringify(one));
});

test("EMO-2 that holds for every single character, skin tone, flag and keycap there is", () => {
  const tones = ["🏻", "🏼", "🏽", "🏾", "🏿"];
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCodePoint(0x1f1e6 + at));
  const single = Array.from({ length: 0x1fb00 - 0x23 }, (_, at) => at + 0x23)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => /\p{Emoji}/u.test(character));
  const forms = [
    ...single.flatMap((one) => [one, `${one}\ufe0f`, ...tones.map((tone) => one + tone)]),
    ...letters.flatMap((one) => letters.map((two) => one + two)),
    ...[..."0123456789#*"].map((one) => `${one}\ufe0f\u20e3`),
  ].filter(isEmoji);
  assert.ok(forms.length > 2_000, String(forms.length));
  for (const one of forms) assert.equal(normalEmoji(one.replaceAll("\ufe0f", "")), one, one);
});

test("EMO-3 one to three emoji alone are large", () => {
  const custom = `<:raven:${raven}>`;
  for (const source of ["👍", "👍🏽❤️\n👨‍👩‍👧", "🇩🇪🇫🇷🇮🇹", custom, `${custom} 😀 ${custom}`, " 😀 "])
    assert.ok(isJumbo(parse(source)), source);
  const others = [
    ...[
      "a",
      "👍a",
      "👍👍👍👍",
      `👍👍👍${custom}`,
      "**👍**",
      "# 👍",
      "> 👍",
      "- 👍",
      "👍\n\n👍",
      "`👍`",
      "1",
    ],
    ...[
      "||👍||",
      `<@${ada}>`,
      "<me> 👍",
      "&nbsp;",
      "\\👍",
      "[👍](https://a.b)",
      "👍".repeat(30_000),
    ],
  ];
  for (const source of others) assert.ok(!isJumbo(parse(source)), source.slice(0, 40));
});

test("EMO-4 one reacts with a normal form or a custom emoji's id", () => {
  for (const one of [...emoji, raven]) assert.ok(v.is(ReactionEmojiSchema, one), one);
  for (const one of ["❤", "👍👍", "", "a", ada, "emoji_1", "😀".repeat(50), 1, null])
    assert.ok(!v.is(ReactionEmojiSchema, one), String(one));
});
