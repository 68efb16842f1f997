import type { Token } from "markdown-it";
import { safeUrl } from "./links.ts";
import type { Inline, Reference, Wrapping } from "./tree.ts";

/** What a tree may still grow by. */
export interface Allowance {
  nodes: number;
  /** Levels below the place where one is. */
  readonly depth: number;
}

interface Frame {
  readonly type: Wrapping | "link" | "root";
  /** Where a link leads, as it was written. */
  readonly href: unknown;
  readonly children: Inline[];
}

const wrappings: Readonly<Record<string, Wrapping | "link">> = {
  em_open: "emphasis",
  strong_open: "strong",
  s_open: "strike",
  spoiler_open: "spoiler",
  link_open: "link",
};

/** The parser's flat list as a tree. Null where it is larger or deeper than allowed: there is no recursion to run out of. */
export function inlinesOf(tokens: readonly Token[], allowance: Allowance): Inline[] | null {
  const root: Frame = { type: "root", href: null, children: [] };
  const frames = [root];
  for (const token of tokens) {
    const top = frames.at(-1) ?? root;
    const opens = wrappings[token.type];
    if (opens !== undefined) {
      if (frames.length > allowance.depth) return null;
      frames.push({ type: opens, href: token.attrGet("href"), children: [] });
    } else if (token.nesting < 0) {
      frames.pop();
      for (const node of closed(top, frames)) add(frames.at(-1) ?? root, node, allowance);
    } else {
      add(top, leafOf(token), allowance);
    }
    if (allowance.nodes < 0) return null;
  }
  return root.children;
}

/** Neighbouring pieces of text are one. */
function add({ children }: Frame, node: Inline, allowance: Allowance): void {
  const last = children.at(-1);
  if (node.type === "text" && last?.type === "text") {
    children[children.length - 1] = { type: "text", text: last.text + node.text };
    return;
  }
  if (node.type === "text" && node.text === "") return;
  children.push(node);
  allowance.nodes -= 1;
}

/** A link that may not be followed, and one within another, is its text. */
function closed({ type, href, children }: Frame, outer: readonly Frame[]): readonly Inline[] {
  if (type === "root") return children;
  if (type !== "link") return [{ type, children }];
  const shown = isBlank(children) ? [{ type: "text" as const, text: String(href) }] : children;
  const url = outer.some((frame) => frame.type === "link") ? null : safeUrl(href);
  return url === null ? shown : [{ type: "link", url, children: shown }];
}

const isBlank = (children: readonly Inline[]) =>
  children.every((child) => child.type === "text" && child.text.trim() === "");

function leafOf(token: Token): Inline {
  if (token.type === "code_inline") return { type: "code", text: token.content };
  if (token.type === "softbreak" || token.type === "hardbreak") return { type: "break" };
  if (token.type === "reference") return (token.meta as { is: Reference }).is;
  return { type: "text", text: token.content };
}
