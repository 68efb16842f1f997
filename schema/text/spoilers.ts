import type { Delimiter, StateInline } from "markdown-it";

const PIPE = 0x7c;

/**
 * `||hidden||`. Any two bars open or close, also with spaces beside them: to hide too much costs a click, and to show
 * what was meant to be hidden cannot be taken back.
 */
export function spoilerRule(state: StateInline, silent: boolean): boolean {
  if (silent || state.src.charCodeAt(state.pos) !== PIPE) return false;
  const { length } = state.scanDelims(state.pos, true);
  if (length < 2) return false;
  if (length % 2 === 1) state.push("text", "", 0).content = "|";
  for (let at = 0; at + 1 < length; at += 2) {
    state.push("text", "", 0).content = "||";
    const token = state.tokens.length - 1;
    state.delimiters.push({ marker: PIPE, length: 0, token, end: -1, open: true, close: true });
  }
  state.pos += length;
  return true;
}

/** Once the pairs are known, theirs are no longer text. */
export function spoilerPairs(state: StateInline): void {
  markPairs(state, state.delimiters);
  for (const meta of state.tokens_meta) markPairs(state, meta?.delimiters ?? []);
}

function markPairs({ tokens }: StateInline, delimiters: readonly Delimiter[]): void {
  for (const { marker, token, end } of delimiters) {
    const closing = delimiters[end];
    if (marker !== PIPE || closing === undefined) continue;
    become(tokens[token], "spoiler_open", 1);
    become(tokens[closing.token], "spoiler_close", -1);
  }
}

function become(token: StateInline["tokens"][number] | undefined, type: string, nesting: 1 | -1) {
  if (token === undefined) return;
  token.type = type;
  token.nesting = nesting;
  token.content = "";
}

/** The parser's own rule for plain text does not stop at a bar; this one leaves it at least that. */
const plain = /[^\n!#$%&*+\-:<=>@[\\\]^_`{|}~]+/y;

export function textRule(state: StateInline, silent: boolean): boolean {
  plain.lastIndex = state.pos;
  const text = plain.exec(state.src)?.[0].slice(0, state.posMax - state.pos) ?? "";
  if (text === "") return false;
  if (!silent) state.pending += text;
  state.pos += text.length;
  return true;
}
