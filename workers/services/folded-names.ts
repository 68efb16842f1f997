import type { User } from "../../schema/user.ts";

/** Words of a name from which it is found; a name of more is found by its first ones. */
const WORDS = 6;
/** How many texts one user is found by, at most: the handle, and the name from each of its words on. */
export const NAMES_OF_ONE = WORDS + 1;

/** Case and accents make no difference to who is looking for somebody: "zoe" finds Zoë, and "Ångström" ångstrom. */
export function folded(text: string): string {
  const apart = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return apart.normalize("NFC").replaceAll(/\s+/gu, " ").trim();
}

/** The texts whose beginnings find a user. "Ada Lovelace" is found by "ada l" and by "love". */
export function namesOf({ handle, display_name }: Pick<User, "handle" | "display_name">): string[] {
  const name = folded(display_name);
  const words = [...name.matchAll(/[\p{L}\p{N}]+/gu)].slice(0, WORDS);
  const all = [folded(handle), ...words.map(({ index }) => name.slice(index))];
  return [...new Set(all)].filter((text) => text !== "");
}
