import { expect, test } from "vitest";
import { createSeal } from "../../workers/services/seal.ts";
import { makeSigningKey } from "../support/keys.ts";

const OWNER = "user_1";
const SECRET = "JBSWY3DPEHPK3PXP";
const key = makeSigningKey();
const seal = createSeal([key], "second-factor");

test("SEAL-1 what was sealed opens for its owner, and never looks the same twice", async () => {
  const [one, two] = [await seal.close(SECRET, OWNER), await seal.close(SECRET, OWNER)];
  expect(one).toMatch(new RegExp(`^sealed\\$${key.kid}\\$[\\w-]{16}\\$[\\w-]+$`));
  expect(one).not.toBe(two);
  expect(one).not.toContain(SECRET);
  expect(await seal.open(one, OWNER)).toBe(SECRET);
  expect(await seal.open(two, OWNER)).toBe(SECRET);
});

test("SEAL-1 it opens for nobody else, by no other key, and not once it was changed", async () => {
  const sealed = await seal.close(SECRET, OWNER);
  const [scheme, kid, iv = "", ciphertext = ""] = sealed.split("$");
  const flipped = (text: string) => (text.startsWith("A") ? "B" : "A") + text.slice(1);
  expect(await seal.open(sealed, "user_2")).toBeNull();
  expect(await createSeal([makeSigningKey()], "second-factor").open(sealed, OWNER)).toBeNull();
  const sameName = createSeal([makeSigningKey(key.kid)], "second-factor");
  expect(await sameName.open(sealed, OWNER)).toBeNull();
  const changed = [
    [scheme, kid, flipped(iv), ciphertext],
    [scheme, kid, iv, flipped(ciphertext)],
    [scheme, kid, iv, ""],
    [scheme, kid, iv, ciphertext, "more"],
    ["plain", kid, iv, ciphertext],
    [SECRET],
  ];
  for (const parts of changed) expect(await seal.open(parts.join("$"), OWNER)).toBeNull();
});

test("SEAL-2 after a change of keys the new one seals, and what the old one sealed still opens", async () => {
  const before = await seal.close(SECRET, OWNER);
  const fresh = makeSigningKey("a $ in its name");
  const rotated = createSeal([fresh, key], "second-factor");
  const after = await rotated.close(SECRET, OWNER);
  expect(await rotated.open(before, OWNER)).toBe(SECRET);
  expect(await rotated.open(after, OWNER)).toBe(SECRET);
  expect([rotated.isStale(before), rotated.isStale(after)]).toEqual([true, false]);
  const { d: _, ...retired } = key;
  expect(await createSeal([fresh, retired], "second-factor").open(before, OWNER)).toBeNull();
});
