import { type Names, wordsFor } from "./names.ts";
import { HIDDEN } from "./plain.ts";
import type { Block, Inline, Item, List, Table, Tree } from "./tree.ts";

export interface HtmlOptions {
  /** Mail cannot hide what it carries, so spoilers are left out of it; an export keeps them, marked. */
  readonly spoilers?: "hidden" | "shown";
}

interface Writing {
  readonly names: Names;
  readonly shown: boolean;
}

/**
 * A message as HTML for mail and exports. Every tag and attribute name stands in this file, and everything that somebody
 * wrote goes through `escaped`: there is nothing to filter afterwards.
 */
export function html(tree: Tree, names: Names, options: HtmlOptions = {}): string {
  const writing = { names, shown: options.spoilers === "shown" };
  const [first, ...rest] = tree.blocks;
  if (!tree.action || names.author === undefined || first?.type !== "paragraph")
    return blocks(tree.blocks, writing);
  const author = { type: "text" as const, text: `${names.author} ` };
  return blocks([{ ...first, children: [author, ...first.children] }, ...rest], writing);
}

const blocks = (list: readonly Block[], writing: Writing): string =>
  list.map((one) => block(one, writing)).join("\n");

function block(one: Block, writing: Writing): string {
  switch (one.type) {
    case "paragraph":
      return `<p>${inlines(one.children, writing)}</p>`;
    case "heading":
      return `<h${one.level}>${inlines(one.children, writing)}</h${one.level}>`;
    case "quote":
      return `<blockquote>${blocks(one.children, writing)}</blockquote>`;
    case "list":
      return list(one, writing);
    case "code":
      return `<pre><code${languageOf(one.language)}>${escaped(one.text)}</code></pre>`;
    case "table":
      return table(one, writing);
    case "rule":
      return "<hr>";
  }
}

function list({ start, tight, items }: List, writing: Writing): string {
  const inside = items.map((one) => `<li>${item(one, tight, writing)}</li>`).join("");
  if (start === null) return `<ul>${inside}</ul>`;
  return `<ol${start === 1 ? "" : ` start="${start}"`}>${inside}</ol>`;
}

/** Mail shows no checkboxes, so a task's is a character. */
function item({ checked, children }: Item, tight: boolean, writing: Writing): string {
  const box = checked === null ? "" : checked ? "☑ " : "☐ ";
  const inside = children.map((one) =>
    tight && one.type === "paragraph" ? inlines(one.children, writing) : block(one, writing),
  );
  return `${box}${inside.join("\n")}`;
}

function table({ align, head, rows }: Table, writing: Writing): string {
  const row = (tag: "th" | "td", cells: Table["head"]) => {
    const inside = cells.map((cell, at) => {
      const side = align[at] ?? null;
      return `<${tag}${side === null ? "" : ` align="${side}"`}>${inlines(cell, writing)}</${tag}>`;
    });
    return `<tr>${inside.join("")}</tr>`;
  };
  const body = rows.map((cells) => row("td", cells)).join("");
  const below = body === "" ? "" : `<tbody>${body}</tbody>`;
  return `<table><thead>${row("th", head)}</thead>${below}</table>`;
}

const inlines = (list: readonly Inline[], writing: Writing): string =>
  list.map((one) => inline(one, writing)).join("");

function inline(one: Inline, writing: Writing): string {
  switch (one.type) {
    case "text":
      return escaped(one.text).replaceAll("\n", "<br>");
    case "break":
      return "<br>";
    case "code":
      return `<code>${escaped(one.text)}</code>`;
    case "emphasis":
      return `<em>${inlines(one.children, writing)}</em>`;
    case "strong":
      return `<strong>${inlines(one.children, writing)}</strong>`;
    case "strike":
      return `<del>${inlines(one.children, writing)}</del>`;
    case "spoiler":
      return writing.shown
        ? `<span class="spoiler">${inlines(one.children, writing)}</span>`
        : HIDDEN;
    case "link":
      return `<a href="${escaped(one.url)}" rel="noopener noreferrer nofollow">${inlines(one.children, writing)}</a>`;
    default:
      return `<span class="${one.type}">${escaped(wordsFor(one, writing.names))}</span>`;
  }
}

const languageOf = (language: string) =>
  language === "" ? "" : ` class="language-${escaped(language)}"`;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
