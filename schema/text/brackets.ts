import type { MarkdownIt } from "markdown-it";
import { limits } from "../limits.ts";

/**
 * The dearest thing in the parser is to look for the end of a label: each `[` that is never closed looks through all that
 * follows, once for each level of nesting there may be. So a text has a budget for it; where that is spent, brackets are
 * text. An honest text spends about its own length.
 */
export function boundBrackets(markdown: MarkdownIt): void {
  const { parseLinkLabel } = markdown.helpers;
  markdown.helpers.parseLinkLabel = (state, start, disableNested) => {
    const spent = typeof state.env.spent === "number" ? state.env.spent : 0;
    if (spent > limits.text_label_steps) return -1;
    const end = parseLinkLabel(state, start, disableNested);
    // What lies within is counted for itself as well; so nesting costs what it costs.
    state.env.spent = spent + (end < 0 ? state.posMax : end) - start;
    return end;
  };
}
