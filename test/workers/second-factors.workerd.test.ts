import { env } from "cloudflare:workers";
import { TOTP } from "otpauth";
import { expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { createSecondFactors } from "../../workers/services/second-factors.ts";
import { makeSigningKey } from "../support/keys.ts";

const STEP = 30_000;
const START = Date.UTC(2026, 10, 21);
const key = makeSigningKey();
const label = { deployment: "Quoth", handle: "ada" };

/** Somebody with a second factor in force, on a day when it is any time that the test says. */
async function aPerson() {
  const user_id = newId("user");
  const at = (steps: number, TOKEN_KEYS = [key]) =>
    createSecondFactors(env.DIRECTORY, { TOKEN_KEYS }, () => START + steps * STEP);
  const begun = await at(0).begin(user_id, label);
  const codeAt = (steps: number) =>
    new TOTP({ secret: begun!.secret }).generate({ timestamp: START + steps * STEP });
  const codes = (await at(0).confirm(user_id, codeAt(0))) as string[];
  const kept = async () =>
    (await env.DIRECTORY.prepare("SELECT secret FROM second_factors WHERE user_id = ?1")
      .bind(user_id)
      .first<string>("secret"))!;
  return { user_id, at, codeAt, codes, kept, begun: begun! };
}

test("OTP-3 a code counts once, also for many who bring it at once", async () => {
  const { user_id, at, codeAt } = await aPerson();
  // That which confirmed it has counted already.
  expect(await at(0).check(user_id, codeAt(0))).toBe(false);
  const tries = Array.from({ length: 8 }, () => at(1).check(user_id, codeAt(1)));
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  expect(await at(1).check(user_id, codeAt(1))).toBe(false);
});

test("OTP-3 once a code has counted, none of an earlier step does, though it was never used", async () => {
  const { user_id, at, codeAt } = await aPerson();
  expect(await at(3).check(user_id, codeAt(4))).toBe(true);
  expect(await at(3).check(user_id, codeAt(3))).toBe(false);
  expect(await at(4).check(user_id, codeAt(5))).toBe(true);
});

test("OTP-4 a recovery code counts once, also for many who bring it at once, and for its owner only", async () => {
  const [ada, bo] = [await aPerson(), await aPerson()];
  const [first = "", second = ""] = ada.codes;
  expect(ada.codes).toHaveLength(limits.recovery_codes);
  expect(await bo.at(1).check(bo.user_id, first)).toBe(false);
  const tries = Array.from({ length: 8 }, () => ada.at(1).check(ada.user_id, first));
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  expect(await ada.at(1).check(ada.user_id, second.toLowerCase())).toBe(true);
});

test("OTP-4 new recovery codes end the old ones, and neither is kept as it is", async () => {
  const { user_id, at, codes } = await aPerson();
  const fresh = (await at(1).renewRecoveryCodes(user_id))!;
  expect(await at(1).check(user_id, codes[0]!)).toBe(false);
  expect(await at(1).check(user_id, fresh[0]!)).toBe(true);
  const { results } = await env.DIRECTORY.prepare("SELECT * FROM recovery_codes").all();
  const kept = JSON.stringify(results);
  for (const code of [...codes, ...fresh]) {
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(code.replaceAll("-", ""));
  }
});

test("OTP-2 what was begun counts nothing until its first code was right, and can be begun again until then", async () => {
  const user_id = newId("user");
  const factors = createSecondFactors(env.DIRECTORY, { TOKEN_KEYS: [key] }, () => START);
  const codeOf = (secret: string) => new TOTP({ secret }).generate({ timestamp: START });
  expect(await factors.confirm(user_id, "123456")).toBe("none");
  const first = await factors.begin(user_id, label);
  expect(await factors.check(user_id, codeOf(first!.secret))).toBe(false);
  expect(await factors.renewRecoveryCodes(user_id)).toBeNull();
  const second = await factors.begin(user_id, label);
  expect(await factors.confirm(user_id, codeOf(first!.secret))).toBe("wrong");
  expect(await factors.confirm(user_id, codeOf(second!.secret))).toHaveLength(10);
  expect(await factors.confirm(user_id, codeOf(second!.secret))).toBe("none");
  // Whoever holds an open page cannot put their own in place of one that is in force.
  expect(await factors.begin(user_id, label)).toBeNull();
});

test("OTP-2 of many who confirm at once, one is given the recovery codes, and those hold", async () => {
  const user_id = newId("user");
  const factors = createSecondFactors(env.DIRECTORY, { TOKEN_KEYS: [key] }, () => START);
  const begun = await factors.begin(user_id, label);
  const code = new TOTP({ secret: begun!.secret }).generate({ timestamp: START });
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => factors.confirm(user_id, code)),
  );
  const given = answers.filter((answer) => Array.isArray(answer));
  expect(given).toHaveLength(1);
  expect(await factors.check(user_id, given[0]![0]!)).toBe(true);
});

test("OTP-5 SEAL-2 the secret is kept sealed, and a right code puts it under the key of today", async () => {
  const { user_id, at, codeAt, kept, begun } = await aPerson();
  const before = await kept();
  expect(before).toMatch(/^sealed\$/);
  expect(before).not.toContain(begun.secret);
  const fresh = makeSigningKey();
  expect(await at(1, [fresh, key]).check(user_id, codeAt(1))).toBe(true);
  expect(await kept()).toMatch(new RegExp(`^sealed\\$${fresh.kid}\\$`));
  expect(await at(2, [fresh]).check(user_id, codeAt(2))).toBe(true);
});

test("OTP-5 a secret that lies in another's row, or whose key is gone, makes no code right", async () => {
  const [ada, eve] = [await aPerson(), await aPerson()];
  await env.DIRECTORY.prepare("UPDATE second_factors SET secret = ?2 WHERE user_id = ?1")
    .bind(ada.user_id, await eve.kept())
    .run();
  expect(await ada.at(1).check(ada.user_id, eve.codeAt(1))).toBe(false);
  expect(await eve.at(1, [makeSigningKey()]).check(eve.user_id, eve.codeAt(1))).toBe(false);
  expect(await eve.at(1).check(eve.user_id, eve.codeAt(1))).toBe(true);
});

test("OTP-8 after so many wrong codes in a row it takes a recovery code, and a right one begins anew", async () => {
  const { user_id, at, codeAt, codes } = await aPerson();
  const guess = async (times: number) => {
    const guesses = Array.from({ length: times }, () => at(1).check(user_id, "000000"));
    expect((await Promise.all(guesses)).filter(Boolean)).toEqual([]);
  };
  await guess(limits.wrong_codes - 1);
  expect(await at(1).check(user_id, codeAt(1))).toBe(true);
  await guess(limits.wrong_codes);
  expect(await at(3).check(user_id, codeAt(3))).toBe(false);
  expect(await at(3).check(user_id, codes[0]!)).toBe(true);
  expect(await at(3).check(user_id, codeAt(3))).toBe(true);
});

test("OTP-6 a second factor that was removed takes its recovery codes along", async () => {
  const { user_id, at, codeAt, codes } = await aPerson();
  expect(await at(1).remove(user_id)).toBe(true);
  expect(await at(1).check(user_id, codeAt(1))).toBe(false);
  expect(await at(1).check(user_id, codes[0]!)).toBe(false);
  expect(await at(1).remove(user_id)).toBe(false);
});
