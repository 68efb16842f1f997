import type { StateInline } from "markdown-it";

const BANG = 0x21;
const BRACKET = 0x5b;

/**
 * `![alt](url)` is a link to the picture: nothing is loaded from elsewhere because a message was shown. The parser's own
 * rule reads what is between the brackets anew for each picture within a picture, without a bound; this one goes over it
 * once, with the parser's bound on nesting.
 */
export function pictureRule(state: StateInline, silent: boolean): boolean {
  const { src, pos: start, posMax } = state;
  if (src.charCodeAt(start) !== BANG || src.charCodeAt(start + 1) !== BRACKET) return false;
  const label_end = state.md.helpers.parseLinkLabel(state, start + 1, false);
  const target = label_end < 0 ? null : targetAt(state, label_end + 1);
  if (target === null) return false;
  if (!silent) {
    state.push("link_open", "a", 1).attrs = [["href", state.md.normalizeLink(target.url)]];
    state.pos = start + 2;
    state.posMax = label_end;
    state.linkLevel += 1;
    state.md.inline.tokenize(state);
    state.linkLevel -= 1;
    state.push("link_close", "a", -1);
  }
  state.pos = target.end;
  state.posMax = posMax;
  return true;
}

/** `(url "title")`, which has to begin right here. */
function targetAt(
  { src, posMax, md }: StateInline,
  at: number,
): { url: string; end: number } | null {
  if (src[at] !== "(") return null;
  const destination = md.helpers.parseLinkDestination(src, skipSpace(src, at + 1), posMax);
  if (!destination.ok) return null;
  const after = skipSpace(src, destination.pos);
  const title = md.helpers.parseLinkTitle(src, after, posMax);
  const end = title.ok && after > destination.pos ? skipSpace(src, title.pos) : after;
  return src[end] === ")" && end < posMax ? { url: destination.str, end: end + 1 } : null;
}

const space = /[ \t\n]*/y;

function skipSpace(src: string, at: number): number {
  space.lastIndex = at;
  space.test(src);
  return space.lastIndex;
}
