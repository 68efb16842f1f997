import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Where chance decides something that nobody has to be unable to guess. */
const guessable = new Set([
  // The pause before a call is tried again.
  "client/client.ts",
  "durable/address.ts",
  // Which of the free handles somebody from another service begins with.
  "workers/api/joining-from-elsewhere.ts",
]);

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

test("SEAL-5 secrets are made by the platform's generator, and other chance is where it guards nothing", () => {
  const files = ["schema", "client", "durable", "workers"].flatMap(sources);
  const text = (file: string) => readFileSync(join(root, file), "utf8");
  expect(files.filter((file) => /Math\s*\.\s*random/.test(text(file))).toSorted()).toEqual(
    [...guessable].toSorted(),
  );
  // What makes secrets asks `crypto` itself, and no other module gives chance.
  const makers = ["secrets", "second-factors", "challenges", "seal"];
  for (const maker of makers)
    expect(text(`workers/services/${maker}.ts`), maker).toContain("crypto.getRandomValues(");
  expect(
    files.filter((file) => /from "(?!node:)[^."]*(random|uuid|nanoid)/.test(text(file))),
  ).toEqual([]);
});
