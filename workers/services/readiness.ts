import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Ready, readyFaults } from "../../schema/http.ts";
import { deriveId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { LogFields, LogLevel } from "../../schema/telemetry.ts";
import type { Bindings } from "../env.ts";
import { historyDatabases } from "../env.ts";
import { errorFields } from "../log.ts";
import { expectedMigrations } from "../migrations.ts";
import { createArchiveLedger } from "./archive-ledger.ts";
import { createHistory } from "./history.ts";

type Fault = (typeof readyFaults)[number];
type Log = (level: LogLevel, event: string, fields: LogFields) => void;

/** A room that nobody is in and that is never created: asked only whether it can be reached. */
const PROBE_ROOM = deriveId("room", "probe");
/** Nobody's inbox, for the same question. */
const PROBE_USER = deriveId("user", "probe");
/** An object that is not there: asking for it takes the whole way and costs nothing. */
const PROBE_OBJECT = "health/probe";

/** Every part at once, each within its time, each with a word of what is wrong and never with the part's own text. */
export async function checkReadiness(env: Bindings, log: Log): Promise<Ready> {
  const ledger = createArchiveLedger(env.DIRECTORY);
  const archives = historyDatabases(env).map((database) => createHistory(database));
  const migrated = async (
    applied: Promise<string[]>,
    expected: readonly string[],
  ): Promise<Fault | null> => ((await applied).join() === expected.join() ? null : "migrations");

  const parts = new Map<string, Promise<Fault | null>>();
  const check = (name: string, asking: Promise<Fault | null>) =>
    parts.set(name, judged(name, asking, log));
  check("directory", migrated(ledger.appliedMigrations(), expectedMigrations.directory));
  archives.forEach((archive, shard) => {
    check(`history_${shard}`, migrated(archive.appliedMigrations(), expectedMigrations.history));
  });
  check(
    "media",
    env.MEDIA.head(PROBE_OBJECT).then(() => null),
  );
  check(
    "rooms",
    roomActor(env, PROBE_ROOM)
      .ping()
      .then(() => null),
  );
  check(
    "inboxes",
    inboxActor(env, PROBE_USER)
      .ping()
      .then(() => null),
  );

  const lag = archiveLag(env).catch(() => null);
  check("archive", lag.then(faultOfLag));
  const faults = await Promise.all(
    [...parts].map(async ([name, fault]) => [name, await fault] as const),
  );
  return {
    status: faults.every(([, fault]) => fault === null) ? "ready" : "degraded",
    parts: Object.fromEntries(
      faults.map(([name, fault]) => [name, fault === null ? { ok: true } : { ok: false, fault }]),
    ),
    archive: await within(lag).catch(() => null),
  };
}

async function judged(
  name: string,
  asking: Promise<Fault | null>,
  log: Log,
): Promise<Fault | null> {
  try {
    return await within(asking);
  } catch (error) {
    log("error", "health.part_failed", { part: name, ...errorFields(error) });
    return error instanceof TimeLimit ? "timeout" : "unreachable";
  }
}

async function archiveLag(env: Bindings): Promise<Ready["archive"]> {
  const archives = historyDatabases(env).map((database) => createHistory(database));
  const [ledger, ...lasts] = await Promise.all([
    createArchiveLedger(env.DIRECTORY).archiveLag(),
    ...archives.map((archive) => archive.lastLagMs()),
  ]);
  const [newest] = lasts
    .filter((last) => last !== null)
    .toSorted((a, b) => b.updated_at - a.updated_at);
  return {
    rooms_behind: ledger.rooms_behind,
    oldest_pending_ms:
      ledger.oldest_at === null ? null : Math.max(0, Date.now() - ledger.oldest_at),
    last_lag_ms: newest?.lag_ms ?? null,
  };
}

/** One lag that was measured long is past; a room that is still waiting is what counts. */
export function faultOfLag(lag: Ready["archive"]): Fault | null {
  if (lag === null) return "unreachable";
  return (lag.oldest_pending_ms ?? 0) > limits.archive_lag_ms ? "behind" : null;
}

class TimeLimit extends Error {}

async function within<T>(asking: Promise<T>, limit_ms: number = limits.ready_part_ms): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimit("no answer in time")), limit_ms);
  });
  try {
    return await Promise.race([asking, limit]);
  } finally {
    clearTimeout(timer);
  }
}
