import { Secret, TOTP } from "otpauth";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Configuration } from "../env.ts";
import { createSeal } from "./seal.ts";
import { secretHash } from "./secrets.ts";

/**
 * The second factor: codes by the clock, as RFC 6238 has them, and recovery codes for when the device that makes them
 * is lost. The secret is kept sealed, recovery codes as hashes. A code counts once, also for two who bring it at once:
 * the step that it belongs to is moved by a statement that only one of them passes.
 */
export interface Beginning {
  /** Base32, for who types it. */
  secret: string;
  /** otpauth://, for who scans it. */
  uri: string;
}

export interface Label {
  deployment: string;
  handle: string;
}

export interface SecondFactors {
  /** A secret that counts once its first code was right. Null where a second factor is in force already. */
  begin(user_id: UserId, label: Label): Promise<Beginning | null>;
  /** `none` where nothing was begun, `wrong` for the code; else the recovery codes, which are told once. */
  confirm(user_id: UserId, code: string): Promise<string[] | "none" | "wrong">;
  /** Whether a code is right, and counts: one of the clock once, a recovery code once and for all. */
  check(user_id: UserId, code: string): Promise<boolean>;
  /** New recovery codes in place of the old. Null where there is no second factor. */
  renewRecoveryCodes(user_id: UserId): Promise<string[] | null>;
  /** False where there was none. */
  remove(user_id: UserId): Promise<boolean>;
}

const statements = {
  begin: `INSERT INTO second_factors (user_id, secret) VALUES (?1, ?2)
    ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0
    WHERE second_factors.confirmed_at IS NULL RETURNING user_id`,
  find: "SELECT secret, confirmed_at FROM second_factors WHERE user_id = ?1",
  confirm: `UPDATE second_factors SET confirmed_at = ?3, last_step = ?4
    WHERE user_id = ?1 AND secret = ?2 AND confirmed_at IS NULL RETURNING user_id`,
  tryCode: `UPDATE second_factors SET wrong = wrong + 1
    WHERE user_id = ?1 AND confirmed_at IS NOT NULL AND wrong < ${limits.wrong_codes} RETURNING secret, confirmed_at`,
  spendStep: `UPDATE second_factors SET last_step = ?2, wrong = 0
    WHERE user_id = ?1 AND last_step < ?2 AND confirmed_at IS NOT NULL RETURNING user_id`,
  reseal: "UPDATE second_factors SET secret = ?3 WHERE user_id = ?1 AND secret = ?2",
  right: "UPDATE second_factors SET wrong = 0 WHERE user_id = ?1",
  spendCode: "DELETE FROM recovery_codes WHERE user_id = ?1 AND code_hash = ?2 RETURNING user_id",
  removeCodes: "DELETE FROM recovery_codes WHERE user_id = ?1",
  addCodes: `INSERT INTO recovery_codes (code_hash, user_id) SELECT value, ?1 FROM json_each(?2)
    WHERE EXISTS (SELECT 1 FROM second_factors WHERE user_id = ?1 AND confirmed_at IS NOT NULL) RETURNING user_id`,
  remove: "DELETE FROM second_factors WHERE user_id = ?1 RETURNING user_id",
} as const;

interface FactorRow {
  secret: string;
  confirmed_at: number | null;
}

const PERIOD_SECONDS = 30;
/** Steps before and after one's own that are taken too, for clocks that differ. */
const WINDOW = 1;
/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20;

export function createSecondFactors(
  database: D1Database,
  { TOKEN_KEYS }: Pick<Configuration, "TOKEN_KEYS">,
  now: () => number = Date.now,
): SecondFactors {
  const seal = createSeal(TOKEN_KEYS, "second-factor");
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);
  const find = (user_id: UserId) => bind("find", user_id).first<FactorRow>();

  const stepOf = async (user_id: UserId, { secret }: FactorRow, code: string) => {
    const opened = await seal.open(secret, user_id);
    return opened === null ? null : stepOfCode(opened, code, now());
  };

  const resetCodes = async (user_id: UserId) => {
    const codes = Array.from({ length: limits.recovery_codes }, newRecoveryCode);
    const hashes = await Promise.all(codes.map(recoveryHash));
    const [, added] = await database.batch([
      bind("removeCodes", user_id),
      bind("addCodes", user_id, JSON.stringify(hashes)),
    ]);
    return (added?.results.length ?? 0) === 0 ? null : codes;
  };

  const checkClock = async (user_id: UserId, code: string) => {
    // Counted before it is looked at, so that of many at once none is left out.
    const row = await bind("tryCode", user_id).first<FactorRow>();
    const step = row && (await stepOf(user_id, row, code));
    if (!row || step === null) return false;
    if ((await bind("spendStep", user_id, step).first()) === null) return false;
    if (seal.isStale(row.secret)) await reseal(user_id, row.secret);
    return true;
  };

  const checkRecovery = async (user_id: UserId, code: string) => {
    if ((await bind("spendCode", user_id, await recoveryHash(code)).first()) === null) return false;
    await bind("right", user_id).run();
    return true;
  };

  /** Under the key of today, so that older ones can be taken out of the list at last. */
  const reseal = async (user_id: UserId, secret: string) => {
    const opened = await seal.open(secret, user_id);
    if (opened === null) return;
    await bind("reseal", user_id, secret, await seal.close(opened, user_id)).run();
  };

  return {
    async begin(user_id, { deployment, handle }) {
      const secret = new Secret({ size: SECRET_BYTES });
      const sealed = await seal.close(secret.base32, user_id);
      if ((await bind("begin", user_id, sealed).first()) === null) return null;
      const uri = totp(secret, { issuer: deployment, label: handle }).toString();
      return { secret: secret.base32, uri };
    },
    async confirm(user_id, code) {
      const row = await find(user_id);
      if (!row || row.confirmed_at !== null) return "none";
      const step = await stepOf(user_id, row, code);
      if (step === null) return "wrong";
      const confirmed = await bind("confirm", user_id, row.secret, now(), step).first();
      return confirmed === null ? "none" : ((await resetCodes(user_id)) ?? "none");
    },
    check: async (user_id, code) =>
      isClockCode(code) ? checkClock(user_id, code) : checkRecovery(user_id, code),
    renewRecoveryCodes: resetCodes,
    async remove(user_id) {
      const [, removed] = await database.batch([
        bind("removeCodes", user_id),
        bind("remove", user_id),
      ]);
      return (removed?.results.length ?? 0) > 0;
    },
  };
}

function totp(secret: Secret, names: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({ ...names, secret, algorithm: "SHA1", digits: 6, period: PERIOD_SECONDS });
}

/** Which step a code belongs to, near enough to now; null where to none. */
export function stepOfCode(secret: string, code: string, now_ms: number): number | null {
  const token = code.replaceAll(" ", "");
  if (!isClockCode(code)) return null;
  const codes = totp(Secret.fromBase32(secret));
  const delta = codes.validate({ token, timestamp: now_ms, window: WINDOW });
  return delta === null ? null : Math.floor(now_ms / 1000 / PERIOD_SECONDS) + delta;
}

/** Six digits, also as apps show them, in two groups. */
const isClockCode = (code: string) => /^\d{3} ?\d{3}$/.test(code);

/** Crockford's letters: none that is read as another one. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_CHARACTERS = 24;
const GROUP = /.{4}(?=.)/g;

/** 120 bits, so that a fast hash keeps them well enough. Thirty-two letters: every byte is one of them, evenly. */
export function newRecoveryCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(CODE_CHARACTERS));
  const letters = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return letters.replaceAll(GROUP, "$&-");
}

/** However it is typed: cases, dashes and spaces are nothing, and the letters that look alike are one. */
export async function recoveryHash(code: string): Promise<string> {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, "");
  return secretHash(plain.replaceAll("O", "0").replaceAll(/[IL]/g, "1"));
}
