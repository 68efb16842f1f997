import type { Passkey } from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { NewPasskey, StoredPasskey } from "./passkeys.ts";

/** The table `passkeys`. */
export interface PasskeyStore {
  of(user_id: UserId): Promise<Passkey[]>;
  find(passkey_id: string): Promise<StoredPasskey | null>;
  /** `taken` where an account has it already, `too_many` where this one has as many as it may. */
  add(
    user_id: UserId,
    passkey: NewPasskey & { name: string },
  ): Promise<Passkey | "taken" | "too_many">;
  /** False where the counter did not move on: then there are two that sign with one key. Zero means that none counts. */
  use(passkey_id: string, counter: number): Promise<boolean>;
  rename(user_id: UserId, passkey_id: string, name: string): Promise<Passkey | null>;
  /** `last` where nothing else is left by which its owner could sign in; `issuers` are the services that there are. */
  remove(
    user_id: UserId,
    passkey_id: string,
    issuers: readonly string[],
  ): Promise<"removed" | "last" | "none">;
  /** For an account that did not come to be. */
  unmake(passkey_id: string): Promise<void>;
}

const PASSKEY = "passkey_id, name, synced, created_at, last_used_at";

const statements = {
  of: `SELECT ${PASSKEY} FROM passkeys WHERE user_id = ?1 ORDER BY created_at, passkey_id`,
  find: "SELECT passkey_id, user_id, public_key FROM passkeys WHERE passkey_id = ?1",
  own: "SELECT passkey_id FROM passkeys WHERE passkey_id = ?1 AND user_id = ?2",
  add: `INSERT INTO passkeys (passkey_id, user_id, name, public_key, counter, transports, synced, created_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
    WHERE (SELECT count(*) FROM passkeys WHERE user_id = ?2) < ${limits.passkeys}
    ON CONFLICT DO NOTHING RETURNING ${PASSKEY}`,
  use: `UPDATE passkeys SET counter = ?2, last_used_at = ?3
    WHERE passkey_id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0)) RETURNING passkey_id`,
  rename: `UPDATE passkeys SET name = ?3 WHERE passkey_id = ?1 AND user_id = ?2 RETURNING ${PASSKEY}`,
  // A proved mail address is a way in: by a link that sets a password.
  remove: `DELETE FROM passkeys WHERE passkey_id = ?1 AND user_id = ?2 AND (
      EXISTS (SELECT 1 FROM passkeys AS p WHERE p.user_id = ?2 AND p.passkey_id <> ?1)
      OR EXISTS (SELECT 1 FROM accounts AS a WHERE a.user_id = ?2
        AND (a.password_hash IS NOT NULL OR a.mail IS NOT NULL))
      OR EXISTS (SELECT 1 FROM identities AS i WHERE i.user_id = ?2
        AND i.issuer IN (SELECT value FROM json_each(?3)))
    ) RETURNING passkey_id`,
  unmake: "DELETE FROM passkeys WHERE passkey_id = ?1",
} as const;

interface PasskeyRow extends Omit<Passkey, "synced"> {
  synced: number;
}

export function createPasskeyStore(
  database: D1Database,
  now: () => number = Date.now,
): PasskeyStore {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);

  return {
    of: async (user_id) => (await bind("of", user_id).all<PasskeyRow>()).results.map(passkeyOf),
    find: (passkey_id) => bind("find", passkey_id).first<StoredPasskey>(),
    async add(user_id, { passkey_id, name, public_key, counter, transports, synced }) {
      const key = [public_key, counter, JSON.stringify(transports), synced ? 1 : 0];
      const row = await bind("add", passkey_id, user_id, name, ...key, now()).first<PasskeyRow>();
      if (row) return passkeyOf(row);
      return (await bind("find", passkey_id).first()) === null ? "too_many" : "taken";
    },
    use: async (passkey_id, counter) =>
      (await bind("use", passkey_id, counter, now()).first()) !== null,
    async rename(user_id, passkey_id, name) {
      const row = await bind("rename", passkey_id, user_id, name).first<PasskeyRow>();
      return row && passkeyOf(row);
    },
    async remove(user_id, passkey_id, issuers) {
      const removed = await bind("remove", passkey_id, user_id, JSON.stringify(issuers)).first();
      if (removed !== null) return "removed";
      return (await bind("own", passkey_id, user_id).first()) === null ? "none" : "last";
    },
    async unmake(passkey_id) {
      await bind("unmake", passkey_id).run();
    },
  };
}

const passkeyOf = (row: PasskeyRow): Passkey => ({ ...row, synced: row.synced === 1 });
