import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { limits } from "../../schema/limits.ts";
import { parse } from "../../schema/text/parse.ts";
import type { Block, Inline, Tree } from "../../schema/text/tree.ts";
import { stepsOf } from "./text-steps.ts";
import { pieces } from "./text-world.ts";

const filled = (piece: string, characters: number) =>
  piece.repeat(Math.ceil(characters / piece.length)).slice(0, characters);

/** Texts that have been the ruin of parsers, each for a length that it is given. */
const hostile: Readonly<Record<string, (characters: number) => string>> = {
  ...Object.fromEntries(
    [
      ...[
        "[",
        "![",
        "*",
        "_",
        ">",
        "`",
        "||",
        "~~",
        "<",
        "&",
        "\\",
        "\n",
        "|",
        "#",
        "(",
        "<@",
        "://",
        "@",
      ],
      ...[
        "*a **b ",
        "a*b_",
        "||*",
        "[a](",
        "[a](<b",
        "![a](b 'c",
        "`` ` ",
        "> - ",
        "1. ",
        "* a\n  ",
        "a\n=\n",
      ],
      ...[
        "|a|b|\n|-|-|\n",
        "http://",
        "#https://a.b|||",
        "www.",
        "a@b.",
        "a.a@a.a",
        "https://a.b/(",
        "<@room>",
        '- ![" ',
        "![\t@",
      ],
      ...[
        "[![a](b)](c)",
        "![a ![b](c) ",
        "&amp;",
        "a\u0301",
        "<http://a",
        "- [ ] ",
        "**![> @1. ",
        "||a ~~b|| c~~ ",
      ],
    ].map((piece) => [piece, (characters: number) => filled(piece, characters)]),
  ),
  "pictures in pictures": (n) => filled("![", (n / 6) * 2) + filled("](b)", (n / 6) * 4),
  "a deep quote and its lazy lines": (n) => `${">".repeat(2_000)}a\n${filled("a\n", n - 2_002)}`,
  "a wide and tall table": (n) =>
    `|${filled("a|", n / 4)}\n|${filled("-|", n / 4)}\n${filled("|\n", n / 2)}`,
  "runs of backticks, each longer": (n) =>
    Array.from({ length: Math.sqrt(n * 2) }, (_, at) => "`".repeat(at + 1)).join(" "),
  "an unclosed bracket and links": (n) => filled("[", n / 2) + filled("[a](b)", n / 2),
};

test("MDT-4 the steps grow with the length, for every text that is made to hurt", () => {
  for (const [name, text] of Object.entries(hostile)) {
    const half = stepsOf(() => parse(text(limits.text_bytes / 2)));
    const whole = stepsOf(() => parse(text(limits.text_bytes)));
    assert.ok(whole > 0, `${name}: nothing was counted`);
    assert.ok(whole <= half * 2.2 + 1_000, `${name}: ${half} steps, then ${whole}`);
    assert.ok(whole <= limits.text_bytes * 100, `${name}: ${whole} steps`);
  }
});

test("MDT-4 a tree keeps to its greatest size and depth, whatever is read", () => {
  for (const [name, text] of Object.entries(hostile)) {
    const { nodes, depth } = extent(parse(text(limits.text_bytes)));
    assert.ok(nodes <= limits.text_nodes, `${name}: ${nodes} nodes`);
    assert.ok(depth <= limits.text_depth, `${name}: ${depth} deep`);
  }
  const source = fc.array(fc.constantFrom(...pieces), { maxLength: 300 });
  fc.assert(
    fc.property(source, (chosen) => {
      const { nodes, depth } = extent(parse(chosen.join("")));
      assert.ok(nodes <= limits.text_nodes && depth <= limits.text_depth);
    }),
    { numRuns: 500, seed: 4 },
  );
});

test("MDT-3 what is too deep, too many or too long is shown as it was typed", () => {
  const typed = (text: string) => ({
    action: false,
    blocks: [{ type: "paragraph", children: [{ type: "text", text }] }],
  });
  const deep = `${"> ".repeat(limits.text_depth)}**a**\nb`;
  const many = "*a* ".repeat(limits.text_nodes / 2);
  const long = `**${"a".repeat(limits.text_bytes)}**`;
  for (const text of [deep, many, long]) assert.deepEqual(parse(text), typed(text));
  assert.deepEqual(parse(deep.replace("> > ", "")).blocks[0]?.type, "quote");
  assert.equal(parse("*a* ".repeat(100)).blocks.length, 1);
});

test("MDT-4 brackets are text once their budget is spent, and links work long before that", () => {
  const links = "[a](https://b.org) [ ".repeat(500);
  assert.equal(JSON.stringify(parse(links)).match(/"link"/g)?.length, 500);
  const spent = parse(`${"[".repeat(limits.text_bytes - 20)} [a](https://b.org/)`);
  assert.ok(JSON.stringify(spent).includes("[a]("));
  for (const piece of ["[", "![", "*![| ", "**![> @1. "]) {
    const steps = stepsOf(() => parse(filled(piece, limits.text_bytes)));
    assert.ok(steps < limits.text_bytes * 25, `${piece}: ${steps} steps`);
  }
});

function extent({ blocks }: Tree): { nodes: number; depth: number } {
  const sizes = blocks.map(extentOf);
  return {
    nodes: sizes.reduce((sum, { nodes }) => sum + nodes, 0),
    depth: Math.max(...sizes.map(({ depth }) => depth)),
  };
}

function extentOf(node: Block | Inline): { nodes: number; depth: number } {
  let [nodes, depth] = [1, 0];
  for (const child of childrenOf(node)) {
    const below = extentOf(child);
    nodes += below.nodes;
    depth = Math.max(depth, below.depth);
  }
  // Only what holds something is a level.
  return { nodes, depth: "children" in node || node.type === "list" ? depth + 1 : depth };
}

function childrenOf(node: Block | Inline): readonly (Block | Inline)[] {
  if (node.type === "list") return node.items.flatMap(({ children }) => children);
  if (node.type === "table") return [node.head, ...node.rows].flat(2);
  return "children" in node ? node.children : [];
}
