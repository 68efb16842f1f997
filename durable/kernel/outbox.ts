import { limits } from "../../schema/limits.ts";
import type { Alarms } from "./alarms.ts";
import type { Host } from "./host.ts";
import { statement, transact } from "./sql.ts";

/**
 * What leaves an actor leaves through its outbox.
 *
 * An entry says how far a target must come: "through seq N". It is written in the transaction that wrote the
 * events, handed over by the alarm, and goes only when the target has confirmed that it holds everything up to N.
 * Handing over is not enough: a queue may lose a message on a restart, or give up on it. So an entry that is not
 * confirmed is handed over again, with back-off; after many attempts it is parked, which is reported, and goes on
 * at the slowest pace. Targets see an entry at least once and must be idempotent by epoch and seq.
 */
export const outboxTable = `CREATE TABLE outbox (
  entry INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  through_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,           -- milliseconds
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,               -- milliseconds
  parked_at INTEGER                      -- milliseconds
)`;

export const OUTBOX_TIMER = "outbox";

interface Entry {
  entry: number;
  target: string;
  through_seq: number;
  attempts: number;
  parked_at: number | null;
}

const extend = statement<{ target: string; through_seq: number }, { entry: number }>(
  "UPDATE outbox SET through_seq = :through_seq WHERE target = :target AND attempts = 0 RETURNING entry",
);
const insert = statement<{ target: string; through_seq: number; now: number; due_at: number }>(
  "INSERT INTO outbox (target, through_seq, created_at, due_at) VALUES (:target, :through_seq, :now, :due_at)",
);
const dueEntries = statement<{ now: number }, Entry>(
  "SELECT entry, target, through_seq, attempts, parked_at FROM outbox WHERE due_at <= :now ORDER BY entry",
);
const handed = statement<{ entry: number; attempts: number; due_at: number; parked_at: number | null }>(
  "UPDATE outbox SET attempts = :attempts, due_at = :due_at, parked_at = :parked_at WHERE entry = :entry",
);
const confirm = statement<{ target: string; seq: number }>(
  "DELETE FROM outbox WHERE target = :target AND through_seq <= :seq",
);
const nextDue = statement<object, { due_at: number | null }>("SELECT MIN(due_at) AS due_at FROM outbox");
const pending = statement<object, { entries: number; oldest_at: number | null }>(
  "SELECT COUNT(*) AS entries, MIN(created_at) AS oldest_at FROM outbox",
);

/** When to hand an entry over again. The first retry is soon; later ones are spread, so that rooms do not march in step. */
export function retryAt(attempts: number, now_ms: number, spread: number): number {
  const wait_ms = Math.min(limits.outbox_retry_max_ms, limits.outbox_retry_ms * 2 ** Math.max(0, attempts - 1));
  return now_ms + Math.round(wait_ms * (0.75 + spread / 2));
}

/** Hands an entry over. It may throw: the entry stays and is tried again. */
export type Deliver = (target: string, through_seq: number) => Promise<void>;

export interface Outbox {
  note(target: string, through_seq: number): void;
  confirmed(target: string, seq: number): void;
  drain(deliver: Deliver): Promise<void>;
  pending(): { entries: number; oldest_at: number | null };
}

export function createOutbox(host: Host, alarms: Alarms): Outbox {
  const { sql } = host;
  const rearm = () => alarms.set(OUTBOX_TIMER, nextDue.one(sql, {})?.due_at ?? null);

  const retry = (entry: Entry, now_ms: number) => {
    const attempts = entry.attempts + 1;
    const parks = attempts >= limits.outbox_attempts;
    if (parks && entry.parked_at === null) {
      host.log("error", "outbox.parked", { target: entry.target, through_seq: entry.through_seq, attempts });
    }
    const spread = (host.random(1)[0] ?? 0) / 256;
    const due_at = retryAt(attempts, now_ms, spread);
    handed.run(sql, { entry: entry.entry, attempts, due_at, parked_at: parks ? (entry.parked_at ?? now_ms) : null });
  };

  return {
    note(target, through_seq) {
      if (extend.one(sql, { target, through_seq })) return;
      const now = host.now();
      const due_at = now + limits.outbox_gather_ms;
      insert.run(sql, { target, through_seq, now, due_at });
      alarms.within(OUTBOX_TIMER, due_at);
    },
    confirmed(target, seq) {
      confirm.run(sql, { target, seq });
      rearm();
    },
    async drain(deliver) {
      const entries = dueEntries.all(sql, { now: host.now() });
      for (const [target, group] of Map.groupBy(entries, (entry) => entry.target)) {
        const through_seq = Math.max(...group.map((entry) => entry.through_seq));
        try {
          await deliver(target, through_seq);
        } catch (error) {
          host.log("warn", "outbox.undelivered", { target, through_seq, reason: String(error) });
        }
        // Entries that were confirmed meanwhile are gone, and an update of them changes nothing.
        transact(sql, () => group.forEach((entry) => retry(entry, host.now())));
      }
      transact(sql, rearm);
    },
    pending: () => pending.one(sql, {}) ?? { entries: 0, oldest_at: null },
  };
}
