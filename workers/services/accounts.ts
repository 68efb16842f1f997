import type { Account } from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { isReserved, skeletonOf } from "./skeleton.ts";

/** Who there is, and how they sign in: the table `accounts`, as far as more than one part needs it. */
export interface NewAccount {
  user: User;
  /** Null where the account signs in another way. */
  password_hash: string | null;
  /** Waits for its link. */
  mail_pending?: string | null;
  /** Of a bot: whose it is. No owner has more than `limits.bots`. */
  owner?: UserId | null;
}

/** What signing in looks at. */
export interface Login {
  user: User;
  password_hash: string | null;
  second_factor: boolean;
  leaving_at: number | null;
  /** Proved by a link; null where there is none. */
  mail: string | null;
}

export interface Accounts {
  /** False where the handle is taken: by one that looks like it, or held for who had it; or the owner's bots are too many. */
  register(account: NewAccount): Promise<boolean>;
  /** Whether `register` would take it now; it decides again. */
  isFree(handle: string): Promise<boolean>;
  /** By handle, or by a mail address that was proved. */
  byLogin(text: string): Promise<Login | null>;
  byId(user_id: UserId): Promise<Login | null>;
  /** The person, guest or bot of that handle; nobody who has gone. */
  usersByHandle(handle: string): Promise<User[]>;
  /** Those of the ids that name somebody, in no particular order; also who has gone. */
  usersByIds(ids: readonly UserId[]): Promise<User[]>;
  /** What its owner alone may know; `providers` are the issuers. */
  account(user_id: UserId): Promise<Account | null>;
  /** Who was leaving and has signed in stays. */
  stay(user_id: UserId): Promise<void>;
  botsOf(owner: UserId): Promise<User[]>;
  /** True where the bot was theirs; whose it was stays written, so that ending it can be asked again. */
  /** The badge. */
  setVerified(user_id: UserId, verified: boolean): Promise<void>;
  endBot(owner: UserId, user_id: UserId): Promise<boolean>;
}

const USER = `a.user_id, a.kind, a.handle, a.display_name, a.pronouns, a.fields, a.verified, a.created_at`;
const SECOND_FACTOR = `EXISTS (SELECT 1 FROM second_factors AS f
  WHERE f.user_id = a.user_id AND f.confirmed_at IS NOT NULL) AS second_factor`;
const LOGIN = `${USER}, a.password_hash, a.leaving_at, a.mail, ${SECOND_FACTOR}`;

const statements = {
  register: `INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, pronouns, fields, owner,
      mail_pending, password_hash, created_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
    WHERE (?8 IS NULL OR (SELECT count(*) FROM accounts WHERE owner = ?8 AND kind = 'bot') < ${limits.bots})
      AND NOT EXISTS (SELECT 1 FROM held_handles AS h WHERE h.handle_key = ?4 AND h.until > ?12)
    ON CONFLICT DO NOTHING RETURNING user_id`,
  taken: `SELECT 1 FROM accounts WHERE handle_key = ?1
    UNION ALL SELECT 1 FROM held_handles WHERE handle_key = ?1 AND until > ?2`,
  byHandle: `SELECT ${LOGIN} FROM accounts AS a WHERE a.handle = ?1`,
  byMail: `SELECT ${LOGIN} FROM accounts AS a WHERE a.mail_key = ?1`,
  byId: `SELECT ${LOGIN} FROM accounts AS a WHERE a.user_id = ?1`,
  usersByHandle: `SELECT ${USER} FROM accounts AS a WHERE a.handle = ?1 AND a.kind <> 'gone'`,
  // A list goes in as one JSON parameter: a statement takes a hundred parameters and no more.
  usersByIds: `SELECT ${USER} FROM accounts AS a WHERE a.user_id IN (SELECT value FROM json_each(?1))`,
  account: `SELECT a.mail, a.mail_pending, a.leaving_at, a.password_hash IS NOT NULL AS has_password, ${SECOND_FACTOR},
      (SELECT count(*) FROM passkeys AS p WHERE p.user_id = a.user_id) AS passkeys,
      (SELECT count(*) FROM recovery_codes AS c WHERE c.user_id = a.user_id) AS recovery_codes_left,
      (SELECT json_group_array(i.issuer) FROM identities AS i WHERE i.user_id = a.user_id) AS providers
    FROM accounts AS a WHERE a.user_id = ?1`,
  stay: `UPDATE accounts SET leaving_at = NULL
    WHERE user_id = ?1 AND leaving_at IS NOT NULL AND kind <> 'gone'`,
  botsOf: `SELECT ${USER} FROM accounts AS a WHERE a.owner = ?1 AND a.kind = 'bot' ORDER BY a.created_at`,
  setVerified: "UPDATE accounts SET verified = ?2 WHERE user_id = ?1 AND kind <> 'gone'",
  // Due at once: the next sweep erases it, and its handle is free again.
  endBot: `UPDATE accounts SET kind = 'gone', leaving_at = 0 WHERE user_id = ?1 AND owner = ?2 AND kind IN ('bot', 'gone')
    RETURNING user_id`,
} as const;

interface UserRow extends Omit<User, "fields" | "verified"> {
  fields: string;
  verified: number;
}
interface LoginRow extends UserRow {
  password_hash: string | null;
  leaving_at: number | null;
  mail: string | null;
  second_factor: number;
}
interface AccountRow extends Omit<Account, "has_password" | "second_factor" | "providers"> {
  has_password: number;
  second_factor: number;
  providers: string;
}

export function createAccounts(database: D1Database, now: () => number = Date.now): Accounts {
  const bind = (name: keyof typeof statements, ...values: (string | number | null)[]) =>
    database.prepare(statements[name]).bind(...values);
  const one = async (name: "byHandle" | "byMail" | "byId", value: string) =>
    loginOf(await bind(name, value).first<LoginRow>());
  const users = async (name: "usersByHandle" | "usersByIds" | "botsOf", value: string) =>
    (await bind(name, value).all<UserRow>()).results.map(userOf);

  return {
    async register({ user, password_hash, mail_pending = null, owner = null }) {
      const { user_id, kind, handle, display_name, pronouns, fields, created_at } = user;
      const key = skeletonOf(handle);
      if (isReserved(key)) return false;
      const names = [user_id, kind, handle, key, display_name, pronouns];
      const rest = [JSON.stringify(fields), owner, mail_pending, password_hash, created_at, now()];
      return (await bind("register", ...names, ...rest).first()) !== null;
    },
    async isFree(handle) {
      const key = skeletonOf(handle);
      return !isReserved(key) && (await bind("taken", key, now()).first()) === null;
    },
    byLogin: (text) =>
      text.includes("@") ? one("byMail", mailKeyOf(text)) : one("byHandle", text),
    byId: (user_id) => one("byId", user_id),
    async setVerified(user_id, verified) {
      await bind("setVerified", user_id, Number(verified)).run();
    },
    usersByHandle: (handle) => users("usersByHandle", handle),
    usersByIds: async (ids) => (ids.length === 0 ? [] : users("usersByIds", JSON.stringify(ids))),
    async account(user_id) {
      const row = await bind("account", user_id).first<AccountRow>();
      return row && accountOf(row);
    },
    async stay(user_id) {
      await bind("stay", user_id).run();
    },
    botsOf: (owner) => users("botsOf", owner),
    endBot: async (owner, user_id) => (await bind("endBot", user_id, owner).first()) !== null,
  };
}

/** The one form in which addresses are compared. */
export function mailKeyOf(mail: string): string {
  const key = mail.trim().normalize("NFKC").toLowerCase();
  const at = key.lastIndexOf("@") + 1;
  // A domain in another script has one form in which it is asked for.
  const url = `http://${key.slice(at)}`;
  return URL.canParse(url) ? key.slice(0, at) + new URL(url).hostname : key;
}

/** A row of `USER`, read. For the services that ask for users by another table of theirs. */
export function userOf(row: UserRow): User {
  const { user_id, kind, handle, display_name, pronouns, created_at } = row;
  const fields = JSON.parse(row.fields) as User["fields"];
  const verified = row.verified === 1;
  return { user_id, kind, handle, display_name, pronouns, fields, verified, created_at };
}

function loginOf(row: LoginRow | null): Login | null {
  if (!row) return null;
  const { password_hash, leaving_at, mail, second_factor } = row;
  return {
    user: userOf(row),
    password_hash,
    leaving_at,
    mail,
    second_factor: second_factor === 1,
  };
}

function accountOf(row: AccountRow): Account {
  return {
    ...row,
    has_password: row.has_password === 1,
    second_factor: row.second_factor === 1,
    providers: JSON.parse(row.providers) as string[],
  };
}
