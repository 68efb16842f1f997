import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { mailKeyOf } from "./accounts.ts";
import { isReserved, skeletonOf } from "./skeleton.ts";

/** What people change about their own account. An account whose person has gone takes no change any more. */
export interface ProfileChange {
  handle?: string | undefined;
  display_name?: string | undefined;
  pronouns?: string | undefined;
  fields?: User["fields"] | undefined;
}

export interface OwnAccount {
  /** False where the handle is taken: by one that looks like it, or held for somebody else who had it. */
  changeProfile(user_id: UserId, change: ProfileChange): Promise<boolean>;
  /** An address that waits for its link, or none. */
  setPendingMail(user_id: UserId, mail: string | null): Promise<void>;
  /** False where another account has proved it by now, or where it is not waited for any more. */
  proveMail(user_id: UserId, mail: string): Promise<boolean>;
  /** False where nothing else is left by which its owner could sign in. */
  removeMail(user_id: UserId): Promise<boolean>;
  setPassword(user_id: UserId, password_hash: string): Promise<void>;
  /** Says when: an earlier wish to leave stands. */
  leave(user_id: UserId, leaving_at: number): Promise<number>;
  /** For an account that could not begin: it was made a moment ago, and nobody has signed in to it. */
  unmake(user_id: UserId): Promise<void>;
}

// Whether one wants to be found outlasts the address that one is found by: see address-book.ts.
const wish = "iif(mail_hash IS NULL, NULL, '')";

const statements = {
  changeProfile: `UPDATE OR IGNORE accounts SET handle = coalesce(?2, handle), handle_key = coalesce(?3, handle_key),
      display_name = coalesce(?4, display_name), pronouns = coalesce(?5, pronouns), fields = coalesce(?6, fields)
    WHERE user_id = ?1 AND kind <> 'gone'
      AND NOT EXISTS (SELECT 1 FROM held_handles AS h WHERE h.handle_key = ?3 AND h.user_id <> ?1 AND h.until > ?7)
    RETURNING user_id`,
  // Before the change, in its transaction, and only where the change will come to be.
  hold: `INSERT INTO held_handles (handle_key, user_id, until)
    SELECT a.handle_key, a.user_id, ?3 FROM accounts AS a
    WHERE a.user_id = ?1 AND a.kind <> 'gone' AND a.handle_key <> ?2
      AND NOT EXISTS (SELECT 1 FROM accounts AS o WHERE o.handle_key = ?2)
      AND NOT EXISTS (SELECT 1 FROM held_handles AS h WHERE h.handle_key = ?2 AND h.user_id <> ?1 AND h.until > ?4)
    ON CONFLICT (handle_key) DO UPDATE SET user_id = excluded.user_id, until = excluded.until`,
  // Whoever changes often keeps the newest: nobody gathers handles by passing through them.
  holdFewer: `DELETE FROM held_handles WHERE user_id = ?1 AND handle_key NOT IN
    (SELECT handle_key FROM held_handles WHERE user_id = ?1 ORDER BY until DESC LIMIT ${limits.held_handles})`,
  setPendingMail: "UPDATE accounts SET mail_pending = ?2 WHERE user_id = ?1 AND kind <> 'gone'",
  proveMail: `UPDATE OR IGNORE accounts SET mail = ?2, mail_key = ?3, mail_hash = ${wish}, mail_pending = NULL
    WHERE user_id = ?1 AND mail_pending = ?2 AND kind <> 'gone' RETURNING user_id`,
  removeMail: `UPDATE accounts AS a SET mail = NULL, mail_key = NULL, mail_hash = ${wish}, mail_pending = NULL
    WHERE a.user_id = ?1 AND a.kind <> 'gone' AND (a.mail IS NULL OR a.password_hash IS NOT NULL
      OR EXISTS (SELECT 1 FROM passkeys AS p WHERE p.user_id = a.user_id)
      OR EXISTS (SELECT 1 FROM identities AS i WHERE i.user_id = a.user_id)) RETURNING user_id`,
  // An address that somebody else may have asked for meanwhile must not outlive the owner's return.
  setPassword: `UPDATE accounts SET password_hash = ?2, mail_pending = iif(mail IS NULL, mail_pending, NULL)
    WHERE user_id = ?1 AND kind <> 'gone'`,
  leave: `UPDATE accounts SET leaving_at = coalesce(leaving_at, ?2) WHERE user_id = ?1 AND kind <> 'gone'
    RETURNING leaving_at`,
  unmake: "DELETE FROM accounts WHERE user_id = ?1",
} as const;

export function createOwnAccount(database: D1Database, now: () => number = Date.now): OwnAccount {
  const bind = (name: keyof typeof statements, ...values: (string | number | null)[]) =>
    database.prepare(statements[name]).bind(...values);
  return {
    async changeProfile(user_id, { handle, display_name, pronouns, fields }) {
      const key = handle === undefined ? null : skeletonOf(handle);
      if (key !== null && isReserved(key)) return false;
      const names = [handle ?? null, key, display_name ?? null, pronouns ?? null];
      const list = fields === undefined ? null : JSON.stringify(fields);
      const change = bind("changeProfile", user_id, ...names, list, now());
      if (key === null) return (await change.first()) !== null;
      const hold = bind("hold", user_id, key, now() + limits.handle_hold_ms, now());
      const [, changed] = await database.batch([hold, change, bind("holdFewer", user_id)]);
      return (changed?.results ?? []).length > 0;
    },
    async setPendingMail(user_id, mail) {
      await bind("setPendingMail", user_id, mail).run();
    },
    proveMail: async (user_id, mail) =>
      (await bind("proveMail", user_id, mail, mailKeyOf(mail)).first()) !== null,
    removeMail: async (user_id) => (await bind("removeMail", user_id).first()) !== null,
    async setPassword(user_id, password_hash) {
      await bind("setPassword", user_id, password_hash).run();
    },
    async leave(user_id, leaving_at) {
      const row = await bind("leave", user_id, leaving_at).first<{ leaving_at: number }>();
      return row?.leaving_at ?? leaving_at;
    },
    async unmake(user_id) {
      await bind("unmake", user_id).run();
    },
  };
}
