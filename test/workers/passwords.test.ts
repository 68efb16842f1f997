import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "../../workers/services/passwords.ts";

test("AUTH-1 a hash says how it was made, and differs for the same password", async () => {
  const [one, two] = await Promise.all([
    hashPassword("correct horse"),
    hashPassword("correct horse"),
  ]);
  expect(one).toMatch(/^scrypt\$14\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(two);
  expect(one).not.toContain("correct");
});

test("AUTH-1 only the password itself matches its hash", async () => {
  const stored = await hashPassword("correct horse");
  expect(await verifyPassword("correct horse", stored)).toBe(true);
  expect(await verifyPassword("correct horsf", stored)).toBe(false);
  expect(await verifyPassword("", stored)).toBe(false);
});

test("AUTH-1 a password typed on another keyboard is the same password", async () => {
  const stored = await hashPassword("cafe\u0301 au lait");
  expect(await verifyPassword("caf\u00e9 au lait", stored)).toBe(true);
});

test("AUTH-1 a hash made at another cost is verified at that cost", async () => {
  // scrypt of "pleaseletmein" with the salt "SodiumChloride", N = 2^14, r = 8, p = 1: RFC 7914, its first 32 bytes.
  const key = Buffer.from(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
    "hex",
  ).toString("base64url");
  const salt = Buffer.from("SodiumChloride").toString("base64url");
  expect(await verifyPassword("pleaseletmein", `scrypt$14$8$1$${salt}$${key}`)).toBe(true);
});

test("AUTH-2 nobody has a password, and finding that out is the same work", async () => {
  const stored = await hashPassword("correct horse");
  const timed = async (hash: string | null) => {
    const began = performance.now();
    expect(await verifyPassword("wrong horse", hash)).toBe(false);
    return performance.now() - began;
  };
  await timed(stored);
  const somebody = Math.min(await timed(stored), await timed(stored), await timed(stored));
  const nobody = Math.min(await timed(null), await timed(null), await timed(null));
  // A busy machine is noisy; skipping the work altogether would make it a hundred times less.
  expect(nobody).toBeGreaterThan(somebody / 3);
  expect(nobody).toBeLessThan(somebody * 3);
});

test("AUTH-1 a hash of an unknown form is an error and not a wrong password", async () => {
  await expect(verifyPassword("correct horse", "argon2id$1$2$3$a$b")).rejects.toThrow(
    "unknown form",
  );
  await expect(verifyPassword("correct horse", "scrypt$x$8$5$AAAA$AAAA")).rejects.toThrow(
    "unknown cost",
  );
});
