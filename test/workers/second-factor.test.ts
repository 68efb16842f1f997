import { TOTP } from "otpauth";
import { expect, test } from "vitest";
import {
  newRecoveryCode,
  recoveryHash,
  stepOfCode,
} from "../../workers/services/second-factors.ts";

/** The key of RFC 6238's appendix B: "12345678901234567890". */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SECOND = 1000;
const STEP = 30 * SECOND;
const codeAt = (time_ms: number) => new TOTP({ secret: SECRET }).generate({ timestamp: time_ms });

test("OTP-1 codes are those of RFC 6238", () => {
  // Its table has eight digits; six are the last of them.
  const table: [seconds: number, code: string][] = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_234_567_890, "005924"],
    [20_000_000_000, "353130"],
  ];
  for (const [seconds, code] of table)
    expect(stepOfCode(SECRET, code, seconds * SECOND)).toBe(Math.floor(seconds / 30));
});

test("OTP-1 a code counts within its step, and one before and after for clocks that differ", () => {
  const now = 1_700_000_010 * SECOND;
  const step = Math.floor(now / STEP);
  const found = [-2, -1, 0, 1, 2].map((away) => stepOfCode(SECRET, codeAt(now + away * STEP), now));
  expect(found).toEqual([null, step - 1, step, step + 1, null]);
});

test("OTP-1 a code is six digits, also in two groups, and nothing else", () => {
  const now = 59 * SECOND;
  expect(stepOfCode(SECRET, "287 082", now)).toBe(1);
  for (const text of ["", "28708", "2870822", "28708a", "94287082", " 287082", "２８７０８２"])
    expect(stepOfCode(SECRET, text, now)).toBeNull();
});

test("OTP-4 recovery codes have 24 letters that are not mistaken, and are taken however they are typed", async () => {
  const codes = Array.from({ length: 200 }, newRecoveryCode);
  for (const code of codes)
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(codes.join("").replaceAll("-", "")).size).toBe(32);
  const kept = await recoveryHash("0123-4567-89AB-CDEF-GHJK-1111");
  for (const typed of ["o123 4567 89ab cdef ghjk illl", "0123456789ABCDEFGHJK1111"])
    expect(await recoveryHash(typed)).toBe(kept);
  expect(await recoveryHash("0123-4567-89AB-CDEF-GHJK-1112")).not.toBe(kept);
});
