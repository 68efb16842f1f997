import type { Invitation } from "../../schema/http-account.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { newSecret, secretHash } from "./secrets.ts";

/** Invitations: to a room, or to be somebody's contact. Their tokens are known here by their hashes only. */
export interface NewInvitation {
  inviter: UserId;
  room_id: RoomId | null;
  guest: boolean;
  mail: string | null;
  uses: number;
}

export interface OpenInvitation extends Invitation {
  inviter: UserId;
}

export interface TakenInvitation extends OpenInvitation {
  /** Whether it was this call that took it. */
  first: boolean;
}

export interface Invitations {
  /** Null where the inviter has as many open ones as allowed. */
  create(invitation: NewInvitation): Promise<{ token: string; invitation: Invitation } | null>;
  of(inviter: UserId): Promise<Invitation[]>;
  /** False where it is not one of theirs. */
  revoke(inviter: UserId, invitation_id: string): Promise<boolean>;
  find(token: string): Promise<OpenInvitation | null>;
  /** Counts this user among those who took it, once; who has taken it may come again. Null where it does not hold. */
  take(token: string, user_id: UserId): Promise<TakenInvitation | null>;
  /** What it was taken for did not come about. */
  giveBack(invitation_id: string, user_id: UserId): Promise<void>;
}

const taken = "(SELECT count(*) FROM invitation_uses AS u WHERE u.invitation_id = i.invitation_id)";
const INVITATION = `i.invitation_id, i.inviter, i.room_id, i.guest, i.mail, i.uses - ${taken} AS uses_left,
  i.created_at, i.expires_at`;
const isOpen = (now: string) => `i.expires_at > ${now} AND i.uses > ${taken}`;

const statements = {
  create: `INSERT INTO invitations (invitation_id, token_hash, inviter, room_id, guest, mail, uses, created_at, expires_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
    WHERE (SELECT count(*) FROM invitations AS i WHERE i.inviter = ?3 AND ${isOpen("?8")}) < ?10
    RETURNING invitation_id`,
  of: `SELECT ${INVITATION} FROM invitations AS i WHERE i.inviter = ?1 AND ${isOpen("?2")}
    ORDER BY i.created_at DESC, i.invitation_id`,
  revoke:
    "DELETE FROM invitations WHERE inviter = ?1 AND invitation_id = ?2 RETURNING invitation_id",
  find: `SELECT ${INVITATION} FROM invitations AS i WHERE i.token_hash = ?1 AND ${isOpen("?2")}`,
  // One statement counts and takes, so that the last use has one taker.
  take: `INSERT INTO invitation_uses (invitation_id, user_id)
    SELECT i.invitation_id, ?2 FROM invitations AS i WHERE i.token_hash = ?1 AND ${isOpen("?3")}
    ON CONFLICT DO NOTHING`,
  taken: `SELECT ${INVITATION} FROM invitations AS i JOIN invitation_uses AS own USING (invitation_id)
    WHERE i.token_hash = ?1 AND own.user_id = ?2 AND i.expires_at > ?3`,
  giveBack: "DELETE FROM invitation_uses WHERE invitation_id = ?1 AND user_id = ?2",
} as const;

interface InvitationRow extends Omit<OpenInvitation, "guest"> {
  guest: number;
}

export function createInvitations(database: D1Database, now: () => number = Date.now): Invitations {
  const bind = (name: keyof typeof statements, ...values: (string | number | null)[]) =>
    database.prepare(statements[name]).bind(...values);

  return {
    async create(wanted) {
      const token = newSecret();
      const created_at = now();
      const { inviter, uses, ...shown } = wanted;
      const invitation: Invitation = {
        invitation_id: crypto.randomUUID(),
        ...shown,
        uses_left: uses,
        created_at,
        expires_at: created_at + limits.invitation_ms,
      };
      const { invitation_id, room_id, guest, mail, expires_at } = invitation;
      const what = [invitation_id, await secretHash(token), inviter, room_id, guest ? 1 : 0];
      const until = [mail, uses, created_at, expires_at, limits.invitations];
      const made = await bind("create", ...what, ...until).first();
      return made === null ? null : { token, invitation };
    },
    async of(inviter) {
      const { results } = await bind("of", inviter, now()).all<InvitationRow>();
      return results.map((row) => shownOf(openOf(row)));
    },
    revoke: async (inviter, invitation_id) =>
      (await bind("revoke", inviter, invitation_id).first()) !== null,
    async find(token) {
      const row = await bind("find", await secretHash(token), now()).first<InvitationRow>();
      return row && openOf(row);
    },
    async take(token, user_id) {
      const parts = [await secretHash(token), user_id, now()];
      const [made, own] = await database.batch<InvitationRow>([
        bind("take", ...parts),
        bind("taken", ...parts),
      ]);
      const row = own?.results[0];
      return row === undefined ? null : { ...openOf(row), first: made?.meta.changes === 1 };
    },
    async giveBack(invitation_id, user_id) {
      await bind("giveBack", invitation_id, user_id).run();
    },
  };
}

function openOf(row: InvitationRow): OpenInvitation {
  return { ...row, guest: row.guest === 1 };
}

function shownOf({ inviter: _, ...invitation }: OpenInvitation): Invitation {
  return invitation;
}
