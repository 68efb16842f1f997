import type { ApiToken, Scope } from "../../../schema/device.ts";
import type { DeviceId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Tokens for programs. Each is a device of its own; of its text only the hash is kept. */
export const apiTokensTable = `CREATE TABLE api_tokens (
  device_id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL,            -- JSON
  created_at INTEGER NOT NULL,     -- milliseconds, as all times here
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
) WITHOUT ROWID`;

type Row = Omit<ApiToken, "scopes"> & { scopes: string };

const columns = "device_id, name, prefix, scopes, created_at, expires_at, last_used_at";
const insert = statement<Row & { token_hash: string }>(
  `INSERT INTO api_tokens (token_hash, ${columns})
   VALUES (:token_hash, :device_id, :name, :prefix, :scopes, :created_at, :expires_at, :last_used_at)`,
);
const byId = statement<{ device_id: string }, Row>(
  `SELECT ${columns} FROM api_tokens WHERE device_id = :device_id`,
);
const byHash = statement<{ token_hash: string }, Row>(
  `SELECT ${columns} FROM api_tokens WHERE token_hash = :token_hash`,
);
const list = statement<object, Row>(
  `SELECT ${columns} FROM api_tokens ORDER BY created_at DESC, device_id`,
);
const used = statement<{ device_id: string; last_used_at: number }>(
  "UPDATE api_tokens SET last_used_at = :last_used_at WHERE device_id = :device_id",
);
const remove = statement<{ device_id: string }>(
  "DELETE FROM api_tokens WHERE device_id = :device_id",
);
const expired = statement<{ now: number }, { device_id: DeviceId }>(
  "SELECT device_id FROM api_tokens WHERE expires_at <= :now",
);
const next = statement<object, { expires_at: number | null }>(
  "SELECT MIN(expires_at) AS expires_at FROM api_tokens",
);

const tokenOf = (row: Row): ApiToken => ({ ...row, scopes: JSON.parse(row.scopes) as Scope[] });

export const apiTokens = {
  add: (sql: SqlPort, token_hash: string, token: ApiToken): void =>
    insert.run(sql, { ...token, token_hash, scopes: JSON.stringify(token.scopes) }),
  find(sql: SqlPort, device_id: DeviceId): ApiToken | null {
    const row = byId.one(sql, { device_id });
    return row && tokenOf(row);
  },
  byHash(sql: SqlPort, token_hash: string): ApiToken | null {
    const row = byHash.one(sql, { token_hash });
    return row && tokenOf(row);
  },
  all: (sql: SqlPort): ApiToken[] => list.all(sql, {}).map(tokenOf),
  used: (sql: SqlPort, device_id: DeviceId, now_ms: number): void =>
    used.run(sql, { device_id, last_used_at: now_ms }),
  remove: (sql: SqlPort, device_id: DeviceId): void => remove.run(sql, { device_id }),
  nextExpiry: (sql: SqlPort): number | null => next.one(sql, {})?.expires_at ?? null,
  expired: (sql: SqlPort, now_ms: number): DeviceId[] =>
    expired.all(sql, { now: now_ms }).map((row) => row.device_id),
};
