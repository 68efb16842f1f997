import type { Token } from "markdown-it";
import { limits } from "../limits.ts";
import { type Allowance, inlinesOf } from "./inlines.ts";
import type { Align, Block, HeadingLevel, Inline, Item, Table } from "./tree.ts";

/** A block that is still open, with what was found in it so far. */
interface Frame {
  readonly token: Token;
  readonly blocks: Block[];
  readonly inlines: Inline[];
  readonly items: Item[];
  readonly rows: Inline[][][];
  readonly align: Align[];
  checked: boolean | null;
  tight: boolean;
}

function frameOf(token: Token): Frame {
  const nothing = { blocks: [], inlines: [], items: [], rows: [], align: [] };
  return { token, ...nothing, checked: null, tight: true };
}

/** The parser's flat list as blocks. Null where that would be more or deeper than a message may be. */
export function blocksOf(tokens: readonly Token[]): Block[] | null {
  const root: Block[] = [];
  const frames: Frame[] = [];
  let nodes = limits.text_nodes;
  for (const token of tokens) {
    if (token.type === "inline") {
      const allowance = { nodes, depth: limits.text_depth - frames.length };
      if (!fill(frames, token, allowance)) return null;
      nodes = allowance.nodes;
    } else if (token.nesting > 0) {
      frames.push(frameOf(token));
      nodes -= 1;
    } else if (token.nesting < 0) {
      const frame = frames.pop();
      if (frame !== undefined) close(frame, frames, root);
    } else {
      (frames.at(-1)?.blocks ?? root).push(leafOf(token));
      nodes -= 1;
    }
    if (nodes < 0 || frames.length > limits.text_depth) return null;
  }
  return root;
}

const task = /^\[([ xX])\][ \t]+(?=\S)/;

/** The text of a block; the first of an item may say that the item is a task. */
function fill(frames: readonly Frame[], token: Token, allowance: Allowance): boolean {
  const inlines = inlinesOf(token.children ?? [], allowance);
  const frame = frames.at(-1);
  if (inlines === null || frame === undefined) return false;
  const item = frames.at(-2);
  // The source is asked, since an escaped bracket looks the same in the tree.
  const match = task.exec(token.content);
  const first = inlines[0];
  if (
    match !== null &&
    first?.type === "text" &&
    item?.token.type === "list_item_open" &&
    item.blocks.length === 0 &&
    frame.token.type === "paragraph_open"
  ) {
    item.checked = match[1] !== " ";
    const text = first.text.slice(match[0].length);
    inlines.splice(0, 1, ...(text === "" ? [] : [{ type: "text" as const, text }]));
  }
  frame.inlines.push(...inlines);
  return true;
}

function close(frame: Frame, frames: readonly Frame[], root: Block[]): void {
  const outer = frames.at(-1);
  const { type } = frame.token;
  if (type === "list_item_open") {
    outer?.items.push({ checked: frame.checked, children: frame.blocks });
  } else if (type === "th_open" || type === "td_open") {
    outer?.rows.push([frame.inlines]);
    outer?.align.push(alignOf(frame.token));
  } else if (type === "tr_open") {
    outer?.rows.push(frame.rows.flat(1));
    outer?.align.push(...frame.align);
  } else if (type === "thead_open" || type === "tbody_open") {
    outer?.rows.push(...frame.rows);
    if (type === "thead_open") outer?.align.push(...frame.align);
  } else {
    // A list is loose as soon as a paragraph of one of its items shows.
    const list = frames.at(-2);
    if (type === "paragraph_open" && outer?.token.type === "list_item_open" && list !== undefined)
      list.tight &&= frame.token.hidden;
    (outer?.blocks ?? root).push(blockOf(frame));
  }
}

function blockOf(frame: Frame): Block {
  const { token, blocks, inlines, items, tight } = frame;
  switch (token.type) {
    case "heading_open":
      return {
        type: "heading",
        level: Number(token.tag.slice(1)) as HeadingLevel,
        children: inlines,
      };
    case "blockquote_open":
      return { type: "quote", children: blocks };
    case "bullet_list_open":
      return { type: "list", start: null, tight, items };
    case "ordered_list_open":
      return { type: "list", start: Number(token.attrGet("start") ?? 1), tight, items };
    case "table_open":
      return tableOf(frame);
    default:
      return { type: "paragraph", children: inlines };
  }
}

function tableOf({ rows: [head = [], ...rows], align }: Frame): Table {
  return { type: "table", align, head, rows };
}

const aligned = /^text-align:(left|center|right)$/;

const alignOf = (token: Token): Align =>
  (aligned.exec(String(token.attrGet("style")))?.[1] as Align | undefined) ?? null;

const word = new RegExp(`^[A-Za-z0-9_+#.-]{1,${limits.code_language_characters}}$`);

function leafOf(token: Token): Block {
  if (token.type === "hr") return { type: "rule" };
  const [language = ""] = token.info.trim().split(/\s/, 1);
  const text = token.content.replace(/\n$/, "");
  return { type: "code", language: word.test(language) ? language : "", text };
}
