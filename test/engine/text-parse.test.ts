import assert from "node:assert/strict";
import { test } from "node:test";
import { html } from "../../schema/text/html.ts";
import { parse } from "../../schema/text/parse.ts";
import { nobodyKnown, urlsIn } from "./text-world.ts";

/** What a source means, written as HTML for its brevity. */
const means = (source: string) =>
  html(parse(source), nobodyKnown, { spoilers: "shown" }).replaceAll(
    ' rel="noopener noreferrer nofollow"',
    "",
  );

function all(cases: readonly (readonly [source: string, meaning: string])[]): void {
  for (const [source, meaning] of cases) assert.equal(means(source), meaning, source);
}

test("MDT-1 inlines nest, and the stronger one wins", () => {
  all([
    [
      "**a *b* c** _d_ __e__",
      "<p><strong>a <em>b</em> c</strong> <em>d</em> <strong>e</strong></p>",
    ],
    ["***a***", "<p><em><strong>a</strong></em></p>"],
    ["snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"],
    ["a * b * c", "<p>a * b * c</p>"],
    ["*a `*` b*", "<p><em>a <code>*</code> b</em></p>"],
    ["`` a`b `` ` `", "<p><code>a`b</code> <code> </code></p>"],
    ["*a [b*](https://c.d)", '<p>*a <a href="https://c.d">b*</a></p>'],
    ["~~a **b**~~ ~c~", "<p><del>a <strong>b</strong></del> ~c~</p>"],
    ["||a **b||** c||", '<p><span class="spoiler">a **b</span>** c||</p>'],
    [
      "|| a ||||b|| ||||",
      '<p><span class="spoiler"> a </span><span class="spoiler">b</span> ||||</p>',
    ],
    ["~~https://a.b/c~~", `<p><del>${link("https://a.b/c")}</del></p>`],
    ["a || b, `||` \\|\\|c", "<p>a || b, <code>||</code> ||c</p>"],
    ["||a\nb||", '<p><span class="spoiler">a<br>b</span></p>'],
  ]);
});

test("MDT-1 escapes and entities are what they stand for, and stand for nothing more", () => {
  all([
    ["\\*a\\* \\a \\\\", "<p>*a* \\a \\</p>"],
    ["&copy; &#42;a&#42; &auml; &nope; &", "<p>© *a* ä &amp;nope; &amp;</p>"],
    ["&lt;b&gt; &#0;", "<p>&lt;b&gt; \ufffd</p>"],
    ["`&amp;\\*`", "<p><code>&amp;amp;\\*</code></p>"],
  ]);
});

test("MDT-1 a line feed in a paragraph is a line break, and two end it", () => {
  all([
    ["a\nb  \nc\\\nd\n\n\ne", "<p>a<br>b<br>c<br>d</p>\n<p>e</p>"],
    ["a\r\nb", "<p>a<br>b</p>"],
    ["> a\n> b\nc", "<blockquote><p>a<br>b<br>c</p></blockquote>"],
  ]);
});

test("MDT-1 blocks: headings, quotes, rules, code", () => {
  all([
    ["# a #\n###### b\n####### c\n#d", "<h1>a</h1>\n<h6>b</h6>\n<p>####### c<br>#d</p>"],
    ["a\n===\n\n***", "<h1>a</h1>\n<hr>"],
    [
      "> # a\n> > b\n\nc",
      "<blockquote><h1>a</h1>\n<blockquote><p>b</p></blockquote></blockquote>\n<p>c</p>",
    ],
    ["```ts run\n*a* <b>\n```", '<pre><code class="language-ts">*a* &lt;b&gt;</code></pre>'],
    ['```" onclick="\na', "<pre><code>a</code></pre>"],
    ["~~~\n```\n~~~\nb", "<pre><code>```</code></pre>\n<p>b</p>"],
    ["    a\n     b", "<pre><code>a\n b</code></pre>"],
    ["- ```\n  a\n  ```", "<ul><li><pre><code>a</code></pre></li></ul>"],
  ]);
});

test("MDT-1 lists: tight and loose, nested, numbered, with tasks", () => {
  all([
    ["- a\n- b\n  - c", "<ul><li>a</li><li>b\n<ul><li>c</li></ul></li></ul>"],
    ["- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
    ["7) a\n8) b", '<ol start="7"><li>a</li><li>b</li></ol>'],
    ["in 1999. x\n1999. y", "<p>in 1999. x<br>1999. y</p>"],
    [
      "- [ ] a\n- [x] **b**\n- [X] c",
      "<ul><li>☐ a</li><li>☑ <strong>b</strong></li><li>☑ c</li></ul>",
    ],
    [
      "- \\[ ] a\n- [ ]\n- [y] b\n\n[x] c",
      "<ul><li>[ ] a</li><li>[ ]</li><li>[y] b</li></ul>\n<p>[x] c</p>",
    ],
    [
      "- # [x] a\n- b\n\n  [x] c",
      "<ul><li><h1>[x] a</h1></li><li><p>b</p>\n<p>[x] c</p></li></ul>",
    ],
    ["- a\n\n  > b", "<ul><li><p>a</p>\n<blockquote><p>b</p></blockquote></li></ul>"],
  ]);
});

test("MDT-1 tables: sides, missing cells, bars in cells", () => {
  all([
    [
      "|a|b|c|\n|:-|:-:|-:|\n|*1*|2|\n|`x\\|y`|4|5|6|",
      '<table><thead><tr><th align="left">a</th><th align="center">b</th><th align="right">c</th></tr></thead><tbody><tr><td align="left"><em>1</em></td><td align="center">2</td><td align="right"></td></tr><tr><td align="left"><code>x|y</code></td><td align="center">4</td><td align="right">5</td></tr></tbody></table>',
    ],
    ["a|b\n-|-", "<table><thead><tr><th>a</th><th>b</th></tr></thead></table>"],
    ["a|b\n-|-|-", "<p>a|b<br>-|-|-</p>"],
  ]);
});

const link = (url: string, text = url) => `<a href="${url}">${text}</a>`;

test("MDT-1 literal links end where a reader would end them", () => {
  const here = "https://example.org/a";
  all([
    [
      `(${here}), ${here}. "${here}"!`,
      `<p>(${link(here)}), ${link(here)}. &quot;${link(here)}&quot;!</p>`,
    ],
    [
      "https://a.org/x_(y) https://a.org/*b*",
      `<p>${link("https://a.org/x_(y)")} ${link("https://a.org/*b")}*</p>`,
    ],
    [`看${here}。然后`, `<p>看${link(here)}。然后</p>`],
    [`**${here}**`, `<p><strong>${link(here)}</strong></p>`],
    [`مرحبا ${here} شكرا`, `<p>مرحبا ${link(here)} شكرا</p>`],
    [`👩‍🚀${here}👍`, `<p>👩‍🚀${link("https://example.org/a%F0%9F%91%8D", `${here}👍`)}</p>`],
    [
      "www.example.org, a@b.org",
      `<p>${link("https://www.example.org", "www.example.org")}, ${link("mailto:a@b.org", "a@b.org")}</p>`,
    ],
    [
      "readme.md example.org 1.2.3.4 ftp://a.org //a.org",
      "<p>readme.md example.org 1.2.3.4 ftp://a.org //a.org</p>",
    ],
    [`\`${here}\` <${here}>`, `<p><code>${here}</code> ${link(here)}</p>`],
    [
      "https://bücher.example/%E2%80%AE",
      `<p>${link("https://xn--bcher-kva.example/%E2%80%AE", "https://bücher.example/%E2%80%AE")}</p>`,
    ],
  ]);
});

test("MDT-1 CJK, right-to-left text and emoji pass through untouched", () => {
  for (const text of ["数学は**楽しい**です", "שלום *עולם*", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨‍👩‍👧 1️⃣", "a\u0301\u202eb"])
    assert.equal(means(text).replace(/<[^>]+>/g, ""), text.replaceAll("*", ""), text);
});

test("MDT-2 HTML is text, in a block and in a line", () => {
  all([
    ["<b>a</b><!-- c -->", "<p>&lt;b&gt;a&lt;/b&gt;&lt;!-- c --&gt;</p>"],
    ["<script>\nalert(1)\n</script>", "<p>&lt;script&gt;<br>alert(1)<br>&lt;/script&gt;</p>"],
    ['<img src=x onerror="a()">', "<p>&lt;img src=x onerror=&quot;a()&quot;&gt;</p>"],
  ]);
});

test("MDT-2 a link that may not be followed is its text", () => {
  const bad = [
    ...[
      "javascript:alert(1)",
      "JaVaScRiPt:a",
      "&#106;avascript:a",
      "<java\tscript:a>",
      "data:text/html,a",
    ],
    ...[
      "vbscript:a",
      "file:///a",
      "tel:1",
      "//a.org",
      "/a",
      "#a",
      "http:",
      "https:///",
      "http:a.org",
    ],
    ...["https:\\\\a.org", "mailto:", "<@room>", "quoth:a"],
  ];
  for (const url of bad) assert.equal(means(`[*a*](${url})`), "<p><em>a</em></p>", url);
  assert.equal(means("<tel:123> <javascript:a>"), "<p>tel:123 javascript:a</p>");
  assert.deepEqual(urlsIn(parse('[a](HTTPS://a.org/"x) [b](<https://a.org/ ü>) <mailto:a@b.c>')), [
    "HTTPS://a.org/%22x",
    "https://a.org/%20%C3%BC",
    "mailto:a@b.c",
  ]);
});

test("MDT-2 a picture is a link, and there is no link within a link", () => {
  all([
    ['![a *b*](https://c.d/e.png "t")', `<p>${link("https://c.d/e.png", "a <em>b</em>")}</p>`],
    ["[![CI](https://a.b/ci.svg)](https://c.d)", `<p>${link("https://c.d", "CI")}</p>`],
    [
      "![x [y](https://a.b) https://e.f](https://c.d)",
      `<p>${link("https://c.d", "x y https://e.f")}</p>`,
    ],
    [
      "![a](javascript:b) !\\[a](https://b.c) \\![a](https://b.c)",
      `<p>a ![a](${link("https://b.c")}) !${link("https://b.c", "a")}</p>`,
    ],
    ["![a] (b) ![a](https://b.c", `<p>![a] (b) ![a](${link("https://b.c")}</p>`],
  ]);
});

test("MDT-3 nothing that was written is dropped", () => {
  all([
    ["[Ada]: hello\n[Bo]: hi", "<p>[Ada]: hello<br>[Bo]: hi</p>"],
    ["[a][b] [c]", "<p>[a][b] [c]</p>"],
    [
      "[](https://a.b) ![ ](https://c.d) [](foo)",
      `<p>${link("https://a.b")} ${link("https://c.d")} foo</p>`,
    ],
    ["&nbsp;", "<p>\u00a0</p>"],
  ]);
});
