import { cut } from "./cut.ts";
import { type Names, wordsFor } from "./names.ts";
import { parse } from "./parse.ts";
import type { Block, Inline, Item, Table, Tree } from "./tree.ts";

export interface PlainOptions {
  /** Hidden as blocks, for what is shown unasked; there as words, for what is searched. */
  readonly spoilers?: "hidden" | "shown";
  /** The most UTF-16 units, never within a visible character. */
  readonly most?: number;
  /** All in one line, for previews. */
  readonly one_line?: boolean;
}

/** The same for every spoiler: its length says nothing of what is under it. */
export const HIDDEN = "▮▮▮";

/** A message as words alone, for notifications, previews and search. */
export function plainText(text: Tree | string, names: Names, options: PlainOptions = {}): string {
  const tree = typeof text === "string" ? parse(text) : text;
  const writing = { names, shown: options.spoilers === "shown" };
  const said = blocks(tree.blocks, writing);
  const author = tree.action && names.author !== undefined ? `${names.author} ` : "";
  const whole = `${author}${said}`.trim();
  const laid = options.one_line === true ? whole.replace(/\s+/g, " ") : whole;
  return options.most === undefined ? laid : cut(laid, options.most);
}

interface Writing {
  readonly names: Names;
  readonly shown: boolean;
}

const blocks = (list: readonly Block[], writing: Writing): string =>
  list
    .map((one) => block(one, writing))
    .filter((words) => words !== "")
    .join("\n");

function block(one: Block, writing: Writing): string {
  switch (one.type) {
    case "paragraph":
    case "heading":
      return inlines(one.children, writing);
    case "quote":
      return blocks(one.children, writing);
    case "list":
      return one.items
        .map((item, at) => `${mark(one.start, item, at)} ${blocks(item.children, writing)}`)
        .join("\n");
    case "code":
      return one.text;
    case "table":
      return table(one, writing);
    case "rule":
      return "";
  }
}

function mark(start: number | null, { checked }: Item, at: number): string {
  if (checked !== null) return checked ? "☑" : "☐";
  return start === null ? "•" : `${start + at}.`;
}

const table = ({ head, rows }: Table, writing: Writing): string =>
  [head, ...rows].map((row) => row.map((cell) => inlines(cell, writing)).join(" | ")).join("\n");

const inlines = (list: readonly Inline[], writing: Writing): string =>
  list.map((one) => inline(one, writing)).join("");

function inline(one: Inline, writing: Writing): string {
  switch (one.type) {
    case "text":
    case "code":
      return one.text;
    case "break":
      return "\n";
    case "spoiler":
      return writing.shown ? inlines(one.children, writing) : HIDDEN;
    case "emphasis":
    case "strong":
    case "strike":
    case "link":
      return inlines(one.children, writing);
    default:
      return wordsFor(one, writing.names);
  }
}
