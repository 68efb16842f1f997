import * as v from "valibot";
import { limits } from "../../schema/limits.ts";
import { DisplayNameSchema, HandleSchema } from "../../schema/user.ts";

/** Handles that are tried for somebody who comes from another service, by the name that they have there. */
export function handlesFor(name: string | null, random: () => number): string[] {
  const wished = fitting(name ?? "");
  const base = v.is(HandleSchema, wished) ? wished : "person";
  const tails = [1_000, 1_000_000, 1_000_000_000].map((most) => `-${Math.floor(random() * most)}`);
  const cut = base.slice(0, limits.handle_characters_max - LONGEST_TAIL).replace(/[._-]+$/, "");
  const numbered = tails.map((tail) => cut + tail);
  // "person" alone would say that there is one.
  return (base === wished ? [base, ...numbered] : numbered).filter((handle) =>
    v.is(HandleSchema, handle),
  );
}

const LONGEST_TAIL = "-999999999".length;

/** Without what no handle has: an address's part after the @, spaces, signs, a beginning that is no letter. */
function fitting(name: string): string {
  const plain = (name.split("@")[0] ?? "").normalize("NFKC").toLowerCase();
  return plain
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replaceAll(/[^\p{L}\p{M}\p{Nd}._-]+/gu, "-")
    .replace(/^[^\p{L}]+/u, "")
    .slice(0, limits.handle_characters_max)
    .replace(/[._-]+$/, "");
}

/** The name that people read, or the handle where there is none that may be one. */
export function displayNameFor(name: string | null, handle: string): string {
  const read = v.safeParse(DisplayNameSchema, name);
  return read.success ? read.output : handle;
}
