import type { LogEvent } from "../../schema/events.ts";
import { whoCame, whoWent } from "../../schema/events.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Position } from "../../schema/position.ts";
import type { User } from "../../schema/user.ts";
import { userOf } from "./accounts.ts";
import { folded, NAMES_OF_ONE, namesOf } from "./folded-names.ts";

/**
 * Which members a room has and by what names they are found: a copy, in the directory, of what rooms and accounts say.
 * It is some seconds behind. Its tables and triggers are explained where they are made, in migrations/directory.
 */
export interface RoomMembers {
  /** Those whose handle or name begins so, in the order of what was found; `limits.members_offered` at most. */
  named(room_id: RoomId, typed: string): Promise<User[]>;
  /** How far the room's log has been followed. */
  at(room_id: RoomId): Promise<Position | null>;
  /** Brings the copy from one position to a later one. Nothing, where it has moved meanwhile. */
  move(room_id: RoomId, from: Position | null, to: Followed): Promise<void>;
  /** Folds names that wait for it, some at a time; returns how many there were. */
  fold(most: number): Promise<number>;
}

export interface Followed {
  readonly through: Position;
  /** Those about members, in their order. */
  readonly events: readonly LogEvent[];
}

/** ?1 is the room, ?2 and ?3 the position from which the step goes on, null for a room that is new here. */
const UNMOVED = `(SELECT epoch FROM room_members_at WHERE room_id = ?1) IS ?2
      AND (SELECT seq FROM room_members_at WHERE room_id = ?1) IS ?3`;
const USER = `a.user_id, a.kind, a.handle, a.display_name, a.pronouns, a.fields, a.verified, a.created_at`;
/** What names were folded from: whoever is called otherwise by now is folded again. */
const CALLED = "SELECT handle || char(10) || display_name FROM accounts WHERE user_id";

const statements = {
  // The first names that fit, and no more of them than it can take to find so many people.
  named: `SELECT ${USER} FROM (
      SELECT user_id, min(name) AS name FROM (
        SELECT name, user_id FROM room_names WHERE room_id = ?1 AND name >= ?2 AND name < ?3 ORDER BY name LIMIT ?4)
      GROUP BY user_id) AS n
    JOIN accounts AS a ON a.user_id = n.user_id WHERE a.kind <> 'gone' ORDER BY n.name, a.user_id LIMIT ?5`,
  at: "SELECT epoch, seq FROM room_members_at WHERE room_id = ?1",
  clear: `DELETE FROM room_members WHERE room_id = ?1 AND ${UNMOVED}`,
  go: `DELETE FROM room_members WHERE room_id = ?1 AND user_id IN (SELECT value FROM json_each(?4)) AND ${UNMOVED}`,
  come: `INSERT INTO room_members (room_id, user_id) SELECT ?1, value FROM json_each(?4) WHERE ${UNMOVED}
    ON CONFLICT DO NOTHING`,
  move: `INSERT INTO room_members_at (room_id, epoch, seq) SELECT ?1, ?4, ?5 WHERE ${UNMOVED}
    ON CONFLICT (room_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`,
  toFold: `SELECT t.user_id, a.handle, a.display_name, (${CALLED} = t.user_id) AS called
    FROM names_to_fold AS t JOIN accounts AS a ON a.user_id = t.user_id LIMIT ?1`,
  fold: `INSERT INTO folded_names (user_id, names)
    SELECT value ->> 'user_id', value ->> 'names' FROM json_each(?1)
    WHERE (${CALLED} = value ->> 'user_id') = value ->> 'called' ON CONFLICT DO NOTHING`,
  isFolded: `DELETE FROM names_to_fold WHERE user_id IN (SELECT value ->> 'user_id' FROM json_each(?1))
      AND user_id IN (SELECT user_id FROM folded_names)`,
} as const;

type UserRow = Parameters<typeof userOf>[0];
interface ToFold extends Pick<User, "user_id" | "handle" | "display_name"> {
  called: string;
}

/** Sorts behind every text that goes on from where this stands. */
const LAST = "\u{10ffff}";

export function createRoomMembers({ DIRECTORY }: { readonly DIRECTORY: D1Database }): RoomMembers {
  const bind = (name: keyof typeof statements, ...values: (string | number | null)[]) =>
    DIRECTORY.prepare(statements[name]).bind(...values);

  return {
    async named(room_id, typed) {
      const text = folded(typed.trim().replace(/^@/, ""));
      if (text === "") return [];
      const most = limits.members_offered;
      const found = bind("named", room_id, text, text + LAST, most * NAMES_OF_ONE, most);
      return (await found.all<UserRow>()).results.map(userOf);
    },
    at: (room_id) => bind("at", room_id).first<Position>(),
    async move(room_id, from, { through, events }) {
      const begun = [room_id, from?.epoch ?? null, from?.seq ?? null];
      const { come, go } = changesOf(events);
      await DIRECTORY.batch([
        // Another life of the log is told from its beginning.
        ...(from !== null && from.epoch !== through.epoch ? [bind("clear", ...begun)] : []),
        ...(go.length > 0 ? [bind("go", ...begun, JSON.stringify(go))] : []),
        ...(come.length > 0 ? [bind("come", ...begun, JSON.stringify(come))] : []),
        bind("move", ...begun, through.epoch, through.seq),
      ]);
    },
    async fold(most) {
      const { results } = await bind("toFold", most).all<ToFold>();
      if (results.length === 0) return 0;
      const rows = JSON.stringify(results.map(foldedRow));
      await DIRECTORY.batch([bind("fold", rows), bind("isFolded", rows)]);
      return results.length;
    },
  };
}

/** Who is a member after these events and who is not, whatever came in between. */
function changesOf(events: readonly LogEvent[]): { come: UserId[]; go: UserId[] } {
  const is_here = new Map<UserId, boolean>();
  for (const event of events) {
    for (const { user_id } of whoCame(event)) is_here.set(user_id, true);
    const gone = whoWent(event);
    if (gone) is_here.set(gone, false);
  }
  const those = (here: boolean) =>
    [...is_here].filter(([, is]) => is === here).map(([user_id]) => user_id);
  return { come: those(true), go: those(false) };
}

function foldedRow({ user_id, called, ...user }: ToFold) {
  return { user_id, called, names: JSON.stringify(namesOf(user)) };
}
