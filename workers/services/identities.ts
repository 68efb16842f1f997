import type { UserId } from "../../schema/ids.ts";
import { secretHash } from "./secrets.ts";

/** Who an account is elsewhere: the issuer and its subject together, and nothing else that a service may say. */
export interface Identity {
  issuer: string;
  subject: string;
}

/** One that is linked, with a name for it that says nothing of the subject. */
export interface LinkedIdentity extends Identity {
  identity_id: string;
  /** Milliseconds. */
  created_at: number;
}

export interface Identities {
  find(identity: Identity): Promise<UserId | null>;
  /** Whose it is from now on: theirs, or whoever had it before. */
  link(identity: Identity, user_id: UserId): Promise<UserId>;
  of(user_id: UserId): Promise<LinkedIdentity[]>;
  /** `last` where nothing else is left by which its owner could sign in; `issuers` are the services that there are. */
  remove(
    user_id: UserId,
    identity_id: string,
    issuers: readonly string[],
  ): Promise<"removed" | "last" | "none">;
}

const statements = {
  find: "SELECT user_id FROM identities WHERE issuer = ?1 AND subject = ?2",
  link: `INSERT INTO identities (issuer, subject, user_id, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING`,
  of: `SELECT issuer, subject, created_at FROM identities WHERE user_id = ?1
    ORDER BY created_at, issuer, subject`,
  // Of a service that is not offered any more nobody can sign in, so it is no way that could be the last. A proved
  // mail address is one: by a link that sets a password.
  remove: `DELETE FROM identities WHERE issuer = ?1 AND subject = ?2 AND user_id = ?3 AND (
      issuer NOT IN (SELECT value FROM json_each(?4))
      OR EXISTS (SELECT 1 FROM passkeys AS p WHERE p.user_id = ?3)
      OR EXISTS (SELECT 1 FROM accounts AS a WHERE a.user_id = ?3
        AND (a.password_hash IS NOT NULL OR a.mail IS NOT NULL))
      OR EXISTS (SELECT 1 FROM identities AS i WHERE i.user_id = ?3
        AND i.issuer IN (SELECT value FROM json_each(?4)) AND NOT (i.issuer = ?1 AND i.subject = ?2))
    ) RETURNING user_id`,
} as const;

export function createIdentities(database: D1Database, now: () => number = Date.now): Identities {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);
  const find = async ({ issuer, subject }: Identity) => {
    const row = await bind("find", issuer, subject).first<{ user_id: UserId }>();
    return row?.user_id ?? null;
  };
  const of = async (user_id: UserId): Promise<LinkedIdentity[]> => {
    const { results } = await bind("of", user_id).all<Identity & { created_at: number }>();
    return Promise.all(
      results.map(async (row) => ({
        ...row,
        identity_id: await secretHash(`${row.issuer} ${row.subject}`),
      })),
    );
  };
  return {
    find,
    async link(identity, user_id) {
      await bind("link", identity.issuer, identity.subject, user_id, now()).run();
      return (await find(identity)) ?? user_id;
    },
    of,
    async remove(user_id, identity_id, issuers) {
      const linked = (await of(user_id)).find((one) => one.identity_id === identity_id);
      if (!linked) return "none";
      const { issuer, subject } = linked;
      const asked = bind("remove", issuer, subject, user_id, JSON.stringify(issuers));
      if ((await asked.first()) !== null) return "removed";
      return (await find(linked)) === user_id ? "last" : "none";
    },
  };
}
