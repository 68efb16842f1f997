import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";
import type { Lookups } from "../rules/reach.ts";
import { LOOKUP_DAY_MS, MINUTE_MS } from "../rules/reach.ts";

/** How many addresses this person has compared with those of the deployment, of the last day. */
export const lookupsTable = `CREATE TABLE lookups (
  minute INTEGER PRIMARY KEY,      -- minutes since 1970
  addresses INTEGER NOT NULL
)`;

const list = statement<object, Lookups>("SELECT minute, addresses FROM lookups");
const put = statement<Lookups>(
  `INSERT INTO lookups (minute, addresses) VALUES (:minute, :addresses)
   ON CONFLICT (minute) DO UPDATE SET addresses = addresses + excluded.addresses`,
);
const prune = statement<{ before: number }>("DELETE FROM lookups WHERE minute < :before");

export const lookups = {
  all: (sql: SqlPort): Lookups[] => list.all(sql, {}),
  take(sql: SqlPort, addresses: number, now_ms: number): void {
    const minute = Math.floor(now_ms / MINUTE_MS);
    prune.run(sql, { before: minute - LOOKUP_DAY_MS / MINUTE_MS - 1 });
    put.run(sql, { minute, addresses });
  },
};
