import { limits } from "../../schema/limits.ts";
import type { Alarms } from "./alarms.ts";
import { atMost } from "./at-most.ts";
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
  created_at: number;
  attempts: number;
  due_at: number;
  parked_at: number | null;
}

/** `dues` is JSON: target to the time by which it is to be handed over. */
const extend = statement<{ dues: string; through_seq: number }, { target: string; due_at: number }>(
  `UPDATE outbox SET through_seq = :through_seq, due_at = MIN(due_at, asked.value)
   FROM json_each(:dues) AS asked WHERE target = asked.key AND attempts = 0 RETURNING target, due_at`,
);
const insert = statement<Omit<Entry, "entry">>(
  `INSERT INTO outbox (target, through_seq, created_at, attempts, due_at, parked_at)
   VALUES (:target, :through_seq, :created_at, :attempts, :due_at, :parked_at)`,
);
const all = statement<object, Entry>(
  "SELECT entry, target, through_seq, created_at, attempts, due_at, parked_at FROM outbox ORDER BY entry",
);
const clear = statement<{ target: string }>("DELETE FROM outbox WHERE target = :target");
const confirm = statement<{ target: string; seq: number }, { entry: number }>(
  "DELETE FROM outbox WHERE target = :target AND through_seq <= :seq RETURNING entry",
);
const nextDue = statement<object, { due_at: number | null }>(
  "SELECT MIN(due_at) AS due_at FROM outbox",
);
const pending = statement<object, { entries: number; oldest_at: number | null }>(
  "SELECT COUNT(*) AS entries, MIN(created_at) AS oldest_at FROM outbox",
);

/** When to hand an entry over again. The first retry is soon; later ones are spread, so that rooms do not march in step. */
export function retryAt(attempts: number, now_ms: number, spread: number): number {
  const wait_ms = Math.min(
    limits.outbox_retry_max_ms,
    limits.outbox_retry_ms * 2 ** Math.max(0, attempts - 1),
  );
  return now_ms + Math.round(wait_ms * (0.75 + spread / 2));
}

/** Hands an entry over. It may throw: the entry stays and is tried again. */
export type Deliver = (target: string, through_seq: number) => Promise<void>;

export interface Outbox {
  /** To be handed over after the given time, in which more may be gathered. */
  note(target: string, through_seq: number, gather_ms?: number): void;
  /** The same for several targets, each with its time to gather, at the price of one. */
  noteAll(gather_ms: Readonly<Record<string, number>>, through_seq: number): void;
  confirmed(target: string, seq: number): void;
  drain(deliver: Deliver): Promise<void>;
  pending(): { entries: number; oldest_at: number | null };
}

export function createOutbox(host: Host, alarms: Alarms): Outbox {
  const { sql } = host;
  const rearm = () => alarms.set(OUTBOX_TIMER, nextDue.one(sql, {})?.due_at ?? null);

  /**
   * Takes what is due of one target, before it is handed over: the next time is written down first, so nothing that
   * happens meanwhile can be mistaken for it, and a crash costs a repetition. All that was handed over becomes one
   * entry, so a target that is away for long costs two rows and not one a flush.
   */
  const claim = (target: string, entries: readonly Entry[], now_ms: number): number | null => {
    if (!entries.some((entry) => entry.due_at <= now_ms)) return null;
    const tried = entries.find((entry) => entry.attempts > 0);
    // What is new does not hurry what was tried before: only a retry that is due counts as one more attempt.
    const keeps = tried !== undefined && tried.due_at > now_ms;
    const attempts = keeps ? tried.attempts : (tried?.attempts ?? 0) + 1;
    const through_seq = Math.max(...entries.map((entry) => entry.through_seq));
    const parked = attempts >= limits.outbox_attempts;
    const parked_at = parked ? (tried?.parked_at ?? now_ms) : null;
    if (parked && (tried?.parked_at ?? null) === null)
      host.log("error", "outbox.parked", { target, through_seq, attempts });
    const spread = (host.random(1)[0] ?? 0) / 256;
    const due_at = keeps ? tried.due_at : retryAt(attempts, now_ms, spread);
    const created_at = Math.min(...entries.map((entry) => entry.created_at));
    clear.run(sql, { target });
    insert.run(sql, { target, through_seq, created_at, attempts, due_at, parked_at });
    return through_seq;
  };

  const claimDue = (): [string, number][] => {
    const targets = [...Map.groupBy(all.all(sql, {}), (entry) => entry.target)];
    const claimed = targets.flatMap(([target, entries]): [string, number][] => {
      const through_seq = claim(target, entries, host.now());
      return through_seq === null ? [] : [[target, through_seq]];
    });
    rearm();
    return claimed;
  };

  const noteAll = (gather_ms: Readonly<Record<string, number>>, through_seq: number): void => {
    const now = host.now();
    const targets = Object.entries(gather_ms).map(([target, wait_ms]) => ({
      target,
      due_at: now + wait_ms,
    }));
    const dues = JSON.stringify(
      Object.fromEntries(targets.map(({ target, due_at }) => [target, due_at])),
    );
    const extended = new Map(
      extend.all(sql, { dues, through_seq }).map((row) => [row.target, row.due_at]),
    );
    for (const { target, due_at } of targets) {
      const known = extended.get(target);
      if (known === undefined)
        insert.run(sql, {
          target,
          through_seq,
          created_at: now,
          attempts: 0,
          due_at,
          parked_at: null,
        });
      // One that waits already and for no longer has its alarm: the hot path ends here.
      if (known === undefined || known === due_at) alarms.within(OUTBOX_TIMER, due_at);
    }
  };

  return {
    note(target, through_seq, gather_ms = limits.outbox_gather_ms) {
      noteAll({ [target]: gather_ms }, through_seq);
    },
    noteAll,
    confirmed(target, seq) {
      if (confirm.all(sql, { target, seq }).length > 0) rearm();
    },
    async drain(deliver) {
      const claimed = transact(sql, claimDue);
      // Side by side: a target that is slow to answer is no reason for another to wait.
      await atMost(limits.outbox_at_once, claimed, async ([target, through_seq]) => {
        try {
          await deliver(target, through_seq);
        } catch (error) {
          host.log("warn", "outbox.undelivered", { target, through_seq, reason: String(error) });
        }
      });
    },
    pending: () => pending.one(sql, {}) ?? { entries: 0, oldest_at: null },
  };
}
