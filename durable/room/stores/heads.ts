import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** The signed heads: one for each flush, kept so that a repeated command gets its first receipt to the letter. */
export const headsTable = `CREATE TABLE heads (
  seq INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
)`;

export interface HeadRow {
  seq: number;
  key_id: string;
  signature: string;
}

const insert = statement<HeadRow>(
  "INSERT INTO heads (seq, key_id, signature) VALUES (:seq, :key_id, :signature)",
);
const covering = statement<{ seq: number }, HeadRow>(
  "SELECT seq, key_id, signature FROM heads WHERE seq >= :seq ORDER BY seq LIMIT 1",
);

export const heads = {
  add: (sql: SqlPort, row: HeadRow): void => insert.run(sql, row),
  /** The first head that vouches for an entry. */
  covering: (sql: SqlPort, seq: number): HeadRow | null => covering.one(sql, { seq }),
};
