import type { Host } from "./host.ts";
import { statement } from "./sql.ts";

/** Many named timers on the one alarm that an actor has. They lie in storage, so an eviction forgets none. */
export const timersTable = `CREATE TABLE timers (
  name TEXT PRIMARY KEY,
  due_at INTEGER NOT NULL  -- milliseconds
) WITHOUT ROWID`;

export interface Timer {
  name: string;
  due_at: number;
}

const list = statement<object, Timer>("SELECT name, due_at FROM timers");
const put = statement<Timer>(
  "INSERT INTO timers (name, due_at) VALUES (:name, :due_at) ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at",
);
const remove = statement<{ name: string }>("DELETE FROM timers WHERE name = :name");

/** When the actor must wake next; null where nothing waits. */
export function nextAlarm(timers: readonly Timer[]): number | null {
  return timers.reduce<number | null>(
    (next, { due_at }) => (next === null ? due_at : Math.min(next, due_at)),
    null,
  );
}

export function dueTimers(timers: readonly Timer[], now_ms: number): string[] {
  return timers
    .filter((timer) => timer.due_at <= now_ms)
    .toSorted((one, other) => one.due_at - other.due_at)
    .map((timer) => timer.name);
}

export interface Alarms {
  /** Due at the given time, or never. Called inside the transaction that gives the reason. */
  set(name: string, due_at: number | null): void;
  /** Due no later than the given time: an earlier one stays, and nothing is written. */
  within(name: string, due_at: number): void;
  has(name: string): boolean;
  due(): string[];
  /** Says the next time to the platform again; an alarm that has fired is gone. */
  arm(): void;
}

export function createAlarms(host: Host): Alarms {
  const timers = () => list.all(host.sql, {});
  const arm = () => {
    const next = nextAlarm(timers());
    if (next !== null) host.setAlarm(next);
  };
  const set = (name: string, due_at: number | null) => {
    const before = timers();
    const known = before.find((timer) => timer.name === name)?.due_at ?? null;
    // Where nothing changes nothing is written: the platform keeps its alarm on the disk too.
    if (known === due_at) return;
    if (due_at === null) remove.run(host.sql, { name });
    else put.run(host.sql, { name, due_at });
    const next = nextAlarm(timers());
    if (next !== null && next !== nextAlarm(before)) host.setAlarm(next);
  };
  return {
    set,
    within(name, due_at) {
      const timer = timers().find((one) => one.name === name);
      if (!timer || timer.due_at > due_at) set(name, due_at);
    },
    has: (name) => timers().some((timer) => timer.name === name),
    due: () => dueTimers(timers(), host.now()),
    arm,
  };
}
