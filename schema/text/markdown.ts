import MarkdownIt from "markdown-it";
import { limits } from "../limits.ts";
import { boundBrackets } from "./brackets.ts";
import { recogniseLinks } from "./links.ts";
import { pictureRule } from "./pictures.ts";
import { referenceRule } from "./references.ts";
import { spoilerPairs, spoilerRule, textRule } from "./spoilers.ts";

/**
 * The one parser of message text (decision 0016): CommonMark with GFM's tables, strikethrough and links, and what is
 * our own. What is left out, and why:
 * - HTML: it is text like any other.
 * - Definitions of links (`[Ada]: hello`): in a chat that is somebody quoted, and it would vanish.
 * - Pictures, which have a rule of ours.
 */
export const markdown = new MarkdownIt({
  html: false,
  linkify: true,
  // What lies deeper the parser would leave out; this far down `blocksOf` has given up and the text is shown as typed.
  maxNesting: limits.text_depth + 4,
});

markdown.disable(["html_block", "html_inline", "reference", "image"]);
markdown.inline.ruler.at("text", textRule);
markdown.inline.ruler.before("autolink", "reference", referenceRule);
markdown.inline.ruler.before("link", "picture", pictureRule);
markdown.inline.ruler.after("strikethrough", "spoiler", spoilerRule);
markdown.inline.ruler2.after("balance_pairs", "spoiler", spoilerPairs);
recogniseLinks(markdown);
boundBrackets(markdown);
