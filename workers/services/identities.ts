import type { UserId } from "../../schema/ids.ts";

/** Who an account is elsewhere: the issuer and its subject together, and nothing else that a service may say. */
export interface Identity {
  issuer: string;
  subject: string;
}

export interface Identities {
  find(identity: Identity): Promise<UserId | null>;
  /** Whose it is from now on: theirs, or whoever had it before. */
  link(identity: Identity, user_id: UserId): Promise<UserId>;
}

const statements = {
  find: "SELECT user_id FROM identities WHERE issuer = ?1 AND subject = ?2",
  link: `INSERT INTO identities (issuer, subject, user_id, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING`,
} as const;

export function createIdentities(database: D1Database, now: () => number = Date.now): Identities {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);
  const find = async ({ issuer, subject }: Identity) => {
    const row = await bind("find", issuer, subject).first<{ user_id: UserId }>();
    return row?.user_id ?? null;
  };
  return {
    find,
    async link(identity, user_id) {
      await bind("link", identity.issuer, identity.subject, user_id, now()).run();
      return (await find(identity)) ?? user_id;
    },
  };
}
