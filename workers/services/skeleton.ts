import { reservedHandles } from "../../schema/user.ts";
import { confusables } from "./confusables.ts";

let table: ReadonlyMap<string, string> | null = null;

/**
 * What is left of a handle when all that looks alike is made the same: the skeleton of UTS #39, folded in case. Two
 * handles with one skeleton are one handle to who reads them. The table is followed to its end when it is made, so
 * one pass is enough, and a skeleton is its own skeleton.
 */
export function skeletonOf(handle: string): string {
  table ??= unpacked(confusables);
  const known = table;
  const apart = handle.normalize("NFKC").toLowerCase().normalize("NFKD");
  return [...apart]
    .map((character) => known.get(character) ?? character)
    .join("")
    .normalize("NFD");
}

let reserved: ReadonlySet<string> | null = null;

/** Whether a skeleton is that of a name which nobody may have: one that looks like it is none either. */
export function isReserved(skeleton: string): boolean {
  reserved ??= new Set([...reservedHandles].map(skeletonOf));
  return reserved.has(skeleton);
}

function unpacked(packed: string): ReadonlyMap<string, string> {
  const entries = packed.split(";").flatMap((group) => {
    const [skeleton = "", characters = ""] = group.split("=").map(textOf);
    return [...characters].map((character): [string, string] => [character, skeleton]);
  });
  return new Map(entries);
}

function textOf(codes: string): string {
  return String.fromCodePoint(...codes.split(",").map((code) => Number.parseInt(code, 36)));
}
