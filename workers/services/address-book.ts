import { fromBase64Url, toBase64Url } from "../../schema/chain.ts";
import type { UserId } from "../../schema/ids.ts";
import type { User } from "../../schema/user.ts";
import type { Configuration } from "../env.ts";
import { userOf } from "./accounts.ts";

/** Finding people: among one's contacts by name, and by the salted hashes of mail addresses that one has. */
export interface ContactsAsked {
  user_ids: readonly UserId[];
  search: string;
  /** The handle that the last page ended with; empty for the first. */
  after: string;
  limit: number;
}

export interface AddressBook {
  /** By handle, from the one after `after`; one more than the limit shows that there are more. */
  contacts(asked: ContactsAsked): Promise<User[]>;
  /** Which of the hashes are those of people who want to be found. */
  matches(hashes: readonly string[]): Promise<{ hash: string; user: User }[]>;
  /** Lets people be found by the address that they have proved, or will prove, or not any more. */
  setFindable(user_id: UserId, findable: boolean): Promise<void>;
  /** Their address is another one now: who wants to be found is found by it. */
  follow(user_id: UserId): Promise<void>;
  /** The salt goes with the deployment's key: after a change of keys the hashes are made anew, some at a time. */
  refresh(most: number): Promise<number>;
}

const USER = `user_id, kind, handle, display_name, pronouns, fields, verified, created_at`;

const statements = {
  contacts: `SELECT ${USER} FROM accounts
    WHERE user_id IN (SELECT value FROM json_each(?1)) AND handle > ?2 AND kind <> 'gone'
    ORDER BY handle LIMIT ?3`,
  matches: `SELECT ${USER}, mail_hash FROM accounts
    WHERE mail_hash IN (SELECT value FROM json_each(?1)) AND kind = 'person'`,
  mailKey: `SELECT mail_key FROM accounts
    WHERE user_id = ?1 AND mail_hash IS NOT NULL AND mail_key IS NOT NULL AND kind <> 'gone'`,
  setHash: `UPDATE accounts SET mail_hash = ?2
    WHERE user_id = ?1 AND mail_key = ?3 AND mail_hash IS NOT NULL`,
  // The wish alone: there is a hash once there is an address.
  wish: "UPDATE accounts SET mail_hash = '' WHERE user_id = ?1 AND mail_hash IS NULL AND kind <> 'gone'",
  clearHash: "UPDATE accounts SET mail_hash = NULL WHERE user_id = ?1",
  stale: `SELECT user_id, mail_key FROM accounts
    WHERE mail_hash IS NOT NULL AND mail_key IS NOT NULL AND (mail_hash < ?1 || '.' OR mail_hash >= ?1 || '/') LIMIT ?2`,
} as const;

interface Proved {
  user_id: UserId;
  mail_key: string;
}
type UserRow = Parameters<typeof userOf>[0];
/** SQLite folds ASCII only, so a search reads the names of all contacts, whose number is limited. */
const EVERYBODY = -1;

export function createAddressBook(database: D1Database, salt: string): AddressBook {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);
  const kept = (hash: string) => `${saltName(salt)}.${hash}`;
  const setHash = async (user_id: UserId, mail_key: string) =>
    bind("setHash", user_id, kept(await mailHash(salt, mail_key)), mail_key);
  const follow = async (user_id: UserId) => {
    const row = await bind("mailKey", user_id).first<Omit<Proved, "user_id">>();
    if (row) await (await setHash(user_id, row.mail_key)).run();
  };

  return {
    async contacts({ user_ids, search, after, limit }) {
      const most = search === "" ? limit + 1 : EVERYBODY;
      const found = bind("contacts", JSON.stringify(user_ids), after, most);
      const users = (await found.all<UserRow>()).results.map(userOf);
      return users.filter((user) => isNamed(user, search)).slice(0, limit + 1);
    },
    async matches(hashes) {
      const { results } = await bind("matches", JSON.stringify(hashes.map(kept))).all<
        UserRow & { mail_hash: string }
      >();
      const prefix = kept("").length;
      return results.map((row) => ({ hash: row.mail_hash.slice(prefix), user: userOf(row) }));
    },
    async setFindable(user_id, findable) {
      await bind(findable ? "wish" : "clearHash", user_id).run();
      if (findable) await follow(user_id);
    },
    follow,
    async refresh(most) {
      const { results } = await bind("stale", saltName(salt), most).all<Proved>();
      const changes = results.map(({ user_id, mail_key }) => setHash(user_id, mail_key));
      if (changes.length > 0) await database.batch(await Promise.all(changes));
      return changes.length;
    },
  };
}

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

export function isNamed({ handle, display_name }: User, search: string): boolean {
  const text = fold(search.trim());
  return handle.includes(text) || fold(display_name).includes(text);
}

const SALT_INFO = new TextEncoder().encode("quoth.contacts.salt");
const SALT_BITS = 256;
const SALT_NAME_CHARACTERS = 8;
const saltName = (salt: string) => salt.slice(0, SALT_NAME_CHARACTERS);

/**
 * Another one in each deployment, so that no table of hashes made for one serves for the other. It is no secret: whoever is
 * signed in hashes with it. What keeps a table from being made here is the number of questions that one may ask.
 */
export async function contactSalt({
  TOKEN_KEYS,
}: Pick<Configuration, "TOKEN_KEYS">): Promise<string> {
  const secret = fromBase64Url(TOKEN_KEYS[0]?.d ?? "");
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const form = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: SALT_INFO };
  return toBase64Url(new Uint8Array(await crypto.subtle.deriveBits(form, key, SALT_BITS)));
}

/** SHA-256 over the salt's text and the address, as the client makes it. */
export async function mailHash(salt: string, mail_key: string): Promise<string> {
  const bytes = new TextEncoder().encode(salt + mail_key);
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
