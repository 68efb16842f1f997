import { limits } from "../limits.ts";
import { utf8Bytes } from "../text.ts";
import { blocksOf } from "./blocks.ts";
import { inlinesOf } from "./inlines.ts";
import { markdown } from "./markdown.ts";
import type { Block, Inline, Tree } from "./tree.ts";

/** How the source of an action begins: a token like the others, which can be escaped and is not mistaken for a command. */
const ACTION = "<me> ";

/** The source of a message that says what its author does. */
export const actionSource = (text: string): string => `${ACTION}${text}`;

/**
 * What a message's source means. Every text has a meaning: one that is larger or deeper than the limits is shown as it
 * was typed, as a single paragraph. Nothing that somebody wrote vanishes.
 */
export function parse(source: string): Tree {
  const rest = source.startsWith(ACTION) ? source.slice(ACTION.length).trim() : "";
  const action = rest !== "";
  const text = action ? rest : source;
  const too_long = utf8Bytes(text, limits.text_bytes) > limits.text_bytes;
  const blocks = too_long ? null : action ? lineOf(text) : blocksOf(markdown.parse(text, {}));
  return { action, blocks: blocks === null || blocks.length === 0 ? asTyped(text) : blocks };
}

/** An action is read after a name, so it is one paragraph whatever it begins with. */
function lineOf(text: string): Block[] | null {
  const tokens = markdown.parseInline(text, {}).flatMap(({ children }) => children ?? []);
  const inlines = inlinesOf(tokens, { nodes: limits.text_nodes, depth: limits.text_depth });
  return inlines === null ? null : paragraph(inlines);
}

function asTyped(source: string): Block[] {
  const text = source.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd");
  return paragraph([{ type: "text", text }]);
}

const paragraph = (children: readonly Inline[]): Block[] => [{ type: "paragraph", children }];
