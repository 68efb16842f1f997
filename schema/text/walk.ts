import type { Block, Inline, Tree } from "./tree.ts";

/** Every inline of a tree in the order of reading, those within others after what holds them. */
export function* inlinesIn(tree: Tree): Generator<Inline> {
  for (const block of tree.blocks) yield* inBlock(block);
}

function* inBlock(block: Block): Generator<Inline> {
  if (block.type === "paragraph" || block.type === "heading") {
    yield* within(block.children);
  } else if (block.type === "quote") {
    for (const child of block.children) yield* inBlock(child);
  } else if (block.type === "list") {
    for (const item of block.items) for (const child of item.children) yield* inBlock(child);
  } else if (block.type === "table") {
    for (const row of [block.head, ...block.rows]) for (const cell of row) yield* within(cell);
  }
}

function* within(inlines: readonly Inline[]): Generator<Inline> {
  for (const inline of inlines) {
    yield inline;
    if ("children" in inline) yield* within(inline.children);
  }
}
