import type { MarkdownIt } from "markdown-it";

/**
 * Printable ASCII that begins with a scheme and its host or address: what a browser will read as exactly that scheme.
 * No URL parser is asked, since the runtimes' differ in what they mend.
 */
const followed = /^(?:https?:\/\/[^/?#\\@]|mailto:[^?])[!-~]*$/i;

/** The destination of a link that may be followed; null for every other. */
export const safeUrl = (url: unknown): string | null =>
  typeof url === "string" && followed.test(url) ? url : null;

/** Markup that may stand right behind an address: a hidden one must not take in the bars that hide it. */
const around = ["||", "~~"];

/** How long the address is that an expression finds at this place. The text is cut first, so no long match is thrown away. */
function lengthAt(expression: RegExp, text: string, at: number): number {
  const ends = around.map((markup) => text.indexOf(markup, at)).filter((end) => end >= 0);
  expression.lastIndex = at;
  return expression.exec(text.slice(0, Math.min(...ends, text.length)))?.[0].length ?? 0;
}

/** Which words are links without being marked as such: `https://…`, `www.…`, and mail addresses. */
export function recogniseLinks(markdown: MarkdownIt): void {
  for (const scheme of ["ftp:", "//"]) markdown.linkify.add(scheme, null);
  for (const scheme of ["http:", "https:"])
    markdown.linkify.add(scheme, {
      validate: (text, at, { re }) => lengthAt(re.get_http_validator(), text, at),
    });
  markdown.linkify.add("www.", {
    validate: (text, at, { re }) => lengthAt(re.get_relative_proto_validator(), text, at),
    normalize: (match) => {
      match.url = `https://${match.url}`;
    },
  });
  // Whether a link may be followed is decided once, where the tree grows: a refused one keeps its text there.
  markdown.validateLink = () => true;
  // An address is shown as it was written; decoded, it could show what it does not lead to.
  markdown.normalizeLinkText = (url) => url;
}
