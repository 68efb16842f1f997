import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cut } from "../../schema/text/cut.ts";
import { html } from "../../schema/text/html.ts";
import { parse } from "../../schema/text/parse.ts";
import { HIDDEN, plainText } from "../../schema/text/plain.ts";
import { faultsOfHtml } from "./text-scanner.ts";
import { ada, adaKnown, bo, lobby, nobodyKnown, pieces, raven, urlsIn } from "./text-world.ts";

test("MDT-8 names of today, and neutral words for the unknown", () => {
  const source = `<@${ada}> <@${bo}> <#${lobby}> <:raven:${raven}> <@room> <@here> <@role:admin>`;
  assert.equal(plainText(source, adaKnown), "@Ada <3 @someone #lobby :crow: @room @here @admin");
  assert.equal(
    plainText(source, nobodyKnown),
    "@someone @someone #room :raven: @room @here @admin",
  );
});

test("MDT-8 plain text has the words and no markup", () => {
  const source = [
    ...[
      "# A",
      "**b** [c](https://d.e) `f*` ~~g~~\nh",
      "> i",
      "",
      "3. j",
      "4. k",
      "",
      "- [x] l",
      "- m",
    ],
    ...["", "```ts", "n;", "```", "***", "", "|o|p|", "|-|-|", "|q|r|"],
  ].join("\n");
  const words = "A\nb c f* g\nh\ni\n3. j\n4. k\n☑ l\n• m\nn;\no | p\nq | r";
  assert.equal(plainText(source, nobodyKnown), words);
  assert.equal(
    plainText(parse(source), nobodyKnown, { one_line: true }),
    words.replaceAll("\n", " "),
  );
});

test("MDT-8 a spoiler is hidden, says nothing by its length, and can be asked for", () => {
  for (const secret of [
    "x",
    "a long one",
    "**b** `c`",
    "https://d.e",
    "see https://d.e/f.",
    "www.d.e",
    "a@b.org",
    "<https://d.e>",
    `<@${ada}>`,
  ]) {
    const source = `so ||${secret}|| ends`;
    assert.equal(plainText(source, adaKnown), `so ${HIDDEN} ends`);
    assert.equal(html(parse(source), adaKnown), `<p>so ${HIDDEN} ends</p>`);
  }
  assert.equal(plainText("so ||he **dies**||", nobodyKnown, { spoilers: "shown" }), "so he dies");
});

test("MDT-11 an action is read after its author's name, where that is known", () => {
  assert.equal(plainText("<me> waves", adaKnown), "Cy & Co waves");
  assert.equal(plainText("<me> waves", nobodyKnown), "waves");
  assert.equal(
    html(parse("<me> **waves**"), adaKnown),
    "<p>Cy &amp; Co <strong>waves</strong></p>",
  );
  assert.equal(html(parse("waves"), adaKnown), "<p>waves</p>");
});

test("MDT-9 a cut falls between two visible characters, and is no longer than asked for", () => {
  const family = "👨‍👩‍👧‍👦";
  assert.equal(plainText("a ".repeat(200), nobodyKnown, { most: 10 }), "a a a a a…");
  assert.equal(plainText("short", nobodyKnown, { most: 5 }), "short");
  assert.equal(cut(`ab${family}cd`, family.length + 2), "ab…");
  assert.equal(cut(`ab${family}cd`, family.length + 3), `ab${family}…`);
  assert.equal(cut("👍🏽👍🏽", 4), "…");
  assert.equal(cut("👍🏽👍🏽", 5), "👍🏽…");
  assert.equal(cut("🇩🇪🇫🇷🇮🇹", 9), "🇩🇪🇫🇷…");
  assert.equal(cut(`e${"\u0301".repeat(500)}`, 100), "…");
  const characters = new Intl.Segmenter("en", { granularity: "grapheme" });
  const text = fc.string({
    unit: fc.constantFrom("a", " ", "\u0301", family, "🇩🇪", "👍🏽", "\r\n", "各"),
  });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (whole, most) => {
      const short = cut(whole, most);
      assert.ok(short.length <= most && short.isWellFormed());
      if (short === whole) return;
      const kept = short.slice(0, -1);
      const starts = [...characters.segment(whole)].map(({ index }) => index);
      assert.ok(whole.startsWith(kept));
      // The space before the cut goes, so the cut itself is at the end of what is kept or after that space.
      const space = /^\s*/.exec(whole.slice(kept.length))?.[0].length ?? 0;
      assert.ok(starts.some((start) => start >= kept.length && start <= kept.length + space));
    }),
    { numRuns: 1_000, seed: 5 },
  );
});

const source = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((chosen) => chosen.join("")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

test("MDT-10 MDT-2 whatever is written, the HTML keeps to its list and no other scheme is in the tree", () => {
  let links = 0;
  fc.assert(
    fc.property(source, (text) => {
      const tree = parse(text);
      for (const url of urlsIn(tree)) assert.match(url, /^(https?:\/\/|mailto:)[!-~]+$/i);
      links += urlsIn(tree).length;
      for (const spoilers of ["shown", "hidden"] as const)
        assert.deepEqual(faultsOfHtml(html(tree, adaKnown, { spoilers })), [], text);
      plainText(tree, adaKnown, { most: 50 });
    }),
    { numRuns: 3_000, seed: 9 },
  );
  assert.ok(links > 200, `only ${links} links were made`);
});

test("MDT-10 the scanner finds what it is there for", () => {
  const bad = [
    ...[
      "<script>",
      '<p onclick="a">b</p>',
      '<p style="a">b</p>',
      "<p>",
      "</p>",
      "a < b",
      "a & b",
      "<p>a</em></p>",
    ],
    ...[
      '<a href="javascript:a" rel="noopener noreferrer nofollow">a</a>',
      '<a href="https://a.b">c</a>',
      "<img>",
    ],
    ...['<code class="a b">c</code>', "<p >a</p>", "<!-- a -->", "<P>a</P>", '<ol start="x"></ol>'],
  ];
  for (const one of bad) assert.notDeepEqual(faultsOfHtml(one), [], one);
});
