import { inboxActor, roomActor } from "../../durable/address.ts";
import type { UserId } from "../../schema/ids.ts";
import type { Bindings } from "../env.ts";
import { skeletonOf } from "./skeleton.ts";

/**
 * The end of an account whose time of grace is over.
 *
 * First it is marked as gone, so that nobody signs in to it any more. Then what it has elsewhere goes: the bots that
 * are its owner's, its sessions, its places in rooms, its inbox. The row comes last and says with one statement that
 * all of that is done. Each step may be done twice, so after a crash the next run begins the account anew.
 */
export interface Erasure {
  /** Whose time is over, the longest waiting first. */
  due(most: number): Promise<UserId[]>;
  /** False where they have come back meanwhile. */
  erase(user_id: UserId): Promise<boolean>;
  /** Links, invitations and answered challenges that have run out. */
  purge(): Promise<void>;
}

const statements = {
  due: `SELECT user_id FROM accounts WHERE leaving_at IS NOT NULL AND leaving_at <= ?1
    ORDER BY leaving_at LIMIT ?2`,
  mark: `UPDATE accounts SET kind = 'gone' WHERE user_id = ?1 AND leaving_at <= ?2
    RETURNING user_id`,
  bots: "SELECT user_id FROM accounts WHERE owner = ?1",
  /** Of a bot: it goes when its owner does. */
  markBot: "UPDATE accounts SET kind = 'gone', leaving_at = ?2 WHERE user_id = ?1",
  localMail:
    "DELETE FROM local_mail WHERE lower(sent_to) IN (SELECT mail_key FROM accounts WHERE user_id = ?1)",
  localMailPending: `DELETE FROM local_mail
    WHERE lower(sent_to) IN (SELECT lower(mail_pending) FROM accounts WHERE user_id = ?1)`,
  invited: `UPDATE invitations SET mail = NULL
    WHERE lower(mail) IN (SELECT mail_key FROM accounts WHERE user_id = ?1)`,
  usesOfOwn: `DELETE FROM invitation_uses WHERE invitation_id IN
    (SELECT invitation_id FROM invitations WHERE inviter = ?1)`,
  own: "DELETE FROM invitations WHERE inviter = ?1",
  passkeys: "DELETE FROM passkeys WHERE user_id = ?1",
  secondFactors: "DELETE FROM second_factors WHERE user_id = ?1",
  recoveryCodes: "DELETE FROM recovery_codes WHERE user_id = ?1",
  identities: "DELETE FROM identities WHERE user_id = ?1",
  links: "DELETE FROM links WHERE user_id = ?1",
  heldHandles: "DELETE FROM held_handles WHERE user_id = ?1",
  empty: `UPDATE accounts SET kind = 'gone', handle = ?2, handle_key = ?3, display_name = '', pronouns = '',
      fields = '[]', verified = 0, owner = NULL, mail = NULL, mail_key = NULL, mail_hash = NULL, mail_pending = NULL,
      password_hash = NULL, leaving_at = NULL, welcome_room = NULL
    WHERE user_id = ?1`,
  oldLinks: "DELETE FROM links WHERE expires_at <= ?1",
  oldUses: `DELETE FROM invitation_uses WHERE invitation_id NOT IN
    (SELECT invitation_id FROM invitations WHERE expires_at > ?1)`,
  oldInvitations: "DELETE FROM invitations WHERE expires_at <= ?1",
  oldHolds: "DELETE FROM held_handles WHERE until <= ?1",
  oldSpent: "DELETE FROM spent WHERE expires_at <= ?1",
} as const;

/** Everything of theirs in the directory, and their address where others wrote it down. Before the row is emptied. */
const belongings = [
  ...["localMail", "localMailPending", "invited", "usesOfOwn", "own"],
  ...["passkeys", "secondFactors", "recoveryCodes", "identities", "links", "heldHandles"],
] as readonly (keyof typeof statements)[];

const ROOMS_AT_ONCE = 20;

type Needed = Pick<Bindings, "DIRECTORY" | "INBOX" | "ROOM">;

export function createErasure(env: Needed, now: () => number = Date.now): Erasure {
  const bind = (name: keyof typeof statements, ...values: (string | number | null)[]) =>
    env.DIRECTORY.prepare(statements[name]).bind(...values);

  const finish = async (user_id: UserId): Promise<void> => {
    const inbox = inboxActor(env, user_id);
    await inbox.signOut(user_id, { which: "all" });
    const room_ids = await inbox.roomIds();
    for (let at = 0; at < room_ids.length; at += ROOMS_AT_ONCE) {
      const some = room_ids.slice(at, at + ROOMS_AT_ONCE);
      await Promise.all(some.map((room_id) => roomActor(env, room_id).forget(user_id)));
    }
    await inbox.erase();
    const handle = goneHandle(user_id);
    await env.DIRECTORY.batch([
      ...belongings.map((name) => bind(name, user_id)),
      bind("empty", user_id, handle, skeletonOf(handle)),
    ]);
  };

  return {
    async due(most) {
      const { results } = await bind("due", now(), most).all<{ user_id: UserId }>();
      return results.map((row) => row.user_id);
    },
    async erase(user_id) {
      if ((await bind("mark", user_id, now()).first()) === null) return false;
      const bots = await bind("bots", user_id).all<{ user_id: UserId }>();
      for (const bot of bots.results) {
        await bind("markBot", bot.user_id, now()).run();
        await finish(bot.user_id);
      }
      await finish(user_id);
      return true;
    },
    async purge() {
      const names = ["oldLinks", "oldUses", "oldInvitations", "oldHolds", "oldSpent"] as const;
      await env.DIRECTORY.batch(names.map((name) => bind(name, now())));
    },
  };
}

/** Too long for anybody to have chosen it. */
function goneHandle(user_id: UserId): string {
  return `gone-${user_id.slice("user_".length)}`;
}
