import type { Watch } from "../../../schema/frames/inbox/presence.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { Presence } from "../../../schema/presence.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Whom each socket shows: the list as it was sent, so that a change of it costs one row. */
export const watchesTable = `CREATE TABLE watches (
  socket_id TEXT PRIMARY KEY,
  users TEXT NOT NULL              -- JSON
) WITHOUT ROWID`;

/** The people whom any of the sockets shows, each once, and how they were when last heard of. */
export const watchedTable = `CREATE TABLE watched (
  user_id TEXT PRIMARY KEY,
  asked TEXT NOT NULL,             -- JSON of what their inbox was asked with; '' before it was
  renew_at INTEGER NOT NULL,       -- milliseconds: when to ask again
  presence TEXT,                   -- JSON; NULL before it is known
  is_news INTEGER NOT NULL         -- 0 or 1: the sockets have not been told
) WITHOUT ROWID`;

export type Shown = Watch["users"];

const lists = statement<object, { socket_id: string; users: string }>(
  "SELECT socket_id, users FROM watches",
);
const listOf = statement<{ socket_id: string }, { users: string }>(
  "SELECT users FROM watches WHERE socket_id = :socket_id",
);
const putList = statement<{ socket_id: string; users: string }>(
  `INSERT INTO watches (socket_id, users) VALUES (:socket_id, :users)
   ON CONFLICT (socket_id) DO UPDATE SET users = excluded.users`,
);
const dropList = statement<{ socket_id: string }>(
  "DELETE FROM watches WHERE socket_id = :socket_id",
);

export const watches = {
  all: (sql: SqlPort): { socket_id: string; users: Shown }[] =>
    lists.all(sql, {}).map(({ socket_id, users }) => ({
      socket_id,
      users: JSON.parse(users) as Shown,
    })),
  find(sql: SqlPort, socket_id: string): Shown | null {
    const row = listOf.one(sql, { socket_id });
    return row && (JSON.parse(row.users) as Shown);
  },
  put: (sql: SqlPort, socket_id: string, users: Shown): void =>
    putList.run(sql, { socket_id, users: JSON.stringify(users) }),
  drop: (sql: SqlPort, socket_id: string): void => dropList.run(sql, { socket_id }),
};

export interface WatchedRow {
  user_id: UserId;
  asked: string;
  renew_at: number;
  presence: string | null;
  is_news: number;
}

const all = statement<object, WatchedRow>(
  "SELECT user_id, asked, renew_at, presence, is_news FROM watched",
);
const byId = statement<{ user_id: string }, WatchedRow>(
  "SELECT user_id, asked, renew_at, presence, is_news FROM watched WHERE user_id = :user_id",
);
const insert = statement<{ user_id: string }>(
  `INSERT INTO watched (user_id, asked, renew_at, presence, is_news) VALUES (:user_id, '', 0, NULL, 0)
   ON CONFLICT DO NOTHING`,
);
const remove = statement<{ user_id: string }>("DELETE FROM watched WHERE user_id = :user_id");
const asked = statement<{ user_id: string; asked: string; renew_at: number }>(
  "UPDATE watched SET asked = :asked, renew_at = :renew_at WHERE user_id = :user_id",
);
const known = statement<{ user_id: string; presence: string }, { user_id: string }>(
  `UPDATE watched SET presence = :presence, is_news = 1
   WHERE user_id = :user_id AND presence IS NOT :presence RETURNING user_id`,
);
const renew = statement<{ user_id: string }, { user_id: string }>(
  "UPDATE watched SET renew_at = 0 WHERE user_id = :user_id RETURNING user_id",
);
const tellAgain = statement<{ user_id: string }, { user_id: string }>(
  "UPDATE watched SET is_news = 1 WHERE user_id = :user_id AND presence IS NOT NULL RETURNING user_id",
);
const news = statement<object, { presence: string }>(
  "SELECT presence FROM watched WHERE is_news = 1",
);
const settle = statement<object>("UPDATE watched SET is_news = 0 WHERE is_news = 1");
const nextRenewal = statement<object, { renew_at: number | null }>(
  "SELECT MIN(renew_at) AS renew_at FROM watched",
);

export const watched = {
  all: (sql: SqlPort): WatchedRow[] => all.all(sql, {}),
  find: (sql: SqlPort, user_id: UserId): WatchedRow | null => byId.one(sql, { user_id }),
  add: (sql: SqlPort, user_id: UserId): void => insert.run(sql, { user_id }),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
  asked: (sql: SqlPort, user_id: UserId, how: { asked: string; renew_at: number }): void =>
    asked.run(sql, { user_id, ...how }),
  /** Whether that is news. */
  heard: (sql: SqlPort, presence: Presence): boolean =>
    known.one(sql, { user_id: presence.user_id, presence: JSON.stringify(presence) }) !== null,
  /** To be asked anew; false where nobody shows them. */
  renew: (sql: SqlPort, user_id: UserId): boolean => renew.one(sql, { user_id }) !== null,
  /** To be told once more, since a socket shows them now that did not before. */
  tellAgain: (sql: SqlPort, user_id: UserId): boolean => tellAgain.one(sql, { user_id }) !== null,
  /** What the sockets have not been told yet; told after this. */
  takeNews(sql: SqlPort): Presence[] {
    const found = news.all(sql, {}).map((row) => JSON.parse(row.presence) as Presence);
    if (found.length > 0) settle.run(sql, {});
    return found;
  },
  hasNews: (sql: SqlPort): boolean => news.one(sql, {}) !== null,
  nextRenewal: (sql: SqlPort): number | null => nextRenewal.one(sql, {})?.renew_at ?? null,
};
