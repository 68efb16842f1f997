const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What people see as characters, one after the other. */
export function* charactersOf(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/**
 * At most `most` UTF-16 units, with an ellipsis where something is missing. Units, since one visible character can be
 * made as long as one likes; the cut falls between two of them.
 */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  // One code point more is looked at: it may belong to the character before it.
  for (const { index, segment } of graphemes.segment(text.slice(0, most + 2))) {
    const next = index + segment.length;
    if (next > most - 1) break;
    end = next;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}
