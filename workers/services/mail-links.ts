import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { createAccounts } from "./accounts.ts";
import { createAttempts } from "./attempts.ts";
import type { Letterhead } from "./letters.ts";
import { letters } from "./letters.ts";
import type { Letter } from "./mail.ts";
import { createMail } from "./mail.ts";
import { createOwnAccount } from "./own-account.ts";
import { newSecret, secretHash } from "./secrets.ts";

/** Links in mail: good once, for a while, and known here by their hash only. */
export type LinkPurpose = "verify" | "reset";

export interface LinkRow {
  user_id: UserId;
  /** The address that it was sent to. */
  mail: string;
}

export interface MailLinks {
  /** The token of a new link; older ones of that purpose are over. */
  issue(purpose: LinkPurpose, link: LinkRow): Promise<string>;
  /** What a link stands for, without using it up. */
  find(purpose: LinkPurpose, token: string): Promise<LinkRow | null>;
  /** Uses it up: of any number who try at once, one is told whose it was. */
  take(purpose: LinkPurpose, token: string): Promise<LinkRow | null>;
  end(purpose: LinkPurpose, user_id: UserId): Promise<void>;
}

const lifetimes_ms: Readonly<Record<LinkPurpose, number>> = {
  verify: limits.mail_link_ms,
  reset: limits.reset_link_ms,
};

const statements = {
  add: "INSERT INTO links (link_hash, purpose, user_id, mail, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
  find: `SELECT user_id, mail FROM links
    WHERE link_hash = ?1 AND purpose = ?2 AND expires_at > ?3 AND mail IS NOT NULL`,
  take: `DELETE FROM links
    WHERE link_hash = ?1 AND purpose = ?2 AND expires_at > ?3 AND mail IS NOT NULL RETURNING user_id, mail`,
  end: "DELETE FROM links WHERE purpose = ?1 AND user_id = ?2",
} as const;

export function createMailLinks(database: D1Database, now: () => number = Date.now): MailLinks {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);
  const byToken = async (name: "find" | "take", purpose: LinkPurpose, token: string) =>
    bind(name, await secretHash(token), purpose, now()).first<LinkRow>();

  return {
    async issue(purpose, { user_id, mail }) {
      const token = newSecret();
      const expires_at = now() + lifetimes_ms[purpose];
      const add = bind("add", await secretHash(token), purpose, user_id, mail, expires_at);
      await database.batch([bind("end", purpose, user_id), add]);
      return token;
    },
    find: (purpose, token) => byToken("find", purpose, token),
    take: (purpose, token) => byToken("take", purpose, token),
    async end(purpose, user_id) {
      await bind("end", purpose, user_id).run();
    },
  };
}

export function letterhead({ config, own_origin }: RequestContext): Letterhead {
  return { deployment: config.DEPLOYMENT_NAME, origin: own_origin };
}

/** A notice, which no answer waits for. */
export function notify(
  context: RequestContext,
  mail: string | null,
  letter: Omit<Letter, "to">,
): void {
  if (mail === null) return;
  context.afterwards(() => createMail(context.env, context.config).send({ to: mail, ...letter }));
}

/**
 * Notes an address for an account, and asks there whether it is its owner's. What is sent, and whether anything is,
 * who asks does not see: an address of another account gets a letter that says so, and one that was written to a
 * moment ago gets none.
 */
export async function sendVerification(
  context: RequestContext,
  { user_id }: { user_id: UserId },
  mail: string,
): Promise<void> {
  const { env } = context;
  await createOwnAccount(env.DIRECTORY).setPendingMail(user_id, mail);
  context.afterwards(async () => {
    if (!(await createAttempts(env).mayMail("verify", mail)))
      return context.log("info", "mail.held_back", { user_id });
    const holder = await createAccounts(env.DIRECTORY).byLogin(mail);
    const head = letterhead(context);
    const letter =
      holder === null || holder.user.user_id === user_id
        ? letters.verify(
            head,
            await createMailLinks(env.DIRECTORY).issue("verify", { user_id, mail }),
          )
        : letters.addressInUse(head);
    await createMail(env, context.config).send({ to: mail, ...letter });
  });
}

/** Once more, to the address that waits; false where none does. */
export async function sendVerificationAgain(
  context: RequestContext,
  user: { user_id: UserId },
): Promise<boolean> {
  const account = await createAccounts(context.env.DIRECTORY).account(user.user_id);
  const waiting = account?.mail_pending ?? null;
  if (waiting !== null) await sendVerification(context, user, waiting);
  return waiting !== null;
}

/** For whoever says that they have forgotten their password; the answer has left before anything is looked up. */
export function sendReset(context: RequestContext, mail: string): void {
  const { env } = context;
  context.afterwards(async () => {
    const holder = await createAccounts(env.DIRECTORY).byLogin(mail);
    if (!holder || holder.mail === null || holder.user.kind === "gone") return;
    const link = { user_id: holder.user.user_id, mail: holder.mail };
    const token = await createMailLinks(env.DIRECTORY).issue("reset", link);
    const letter = letters.reset(letterhead(context), token);
    await createMail(env, context.config).send({ to: holder.mail, ...letter });
  });
}
