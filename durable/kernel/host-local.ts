import type { DatabaseSync } from "node:sqlite";
import type { Host, HostSocket, Signer, SqlPort, SqlRow, SqlValue } from "./host.ts";

/**
 * The local end of the port, over node:sqlite: for tests, simulation and servers without Cloudflare.
 *
 * What survives an eviction is the world (database, sockets with their attachments, alarm); a host is one life in it.
 * `step` is called before everything that touches the world. When it throws, this life is over: nothing that the
 * dead code still tries, even inside a catch, has an effect, and an open transaction is taken back.
 */
export interface LocalWorld {
  readonly db: DatabaseSync;
  readonly sockets: Set<HostSocket>;
  alarm_at: number | null;
}

export interface LocalSettings {
  readonly world: LocalWorld;
  readonly signer: Signer;
  now(): number;
  random(bytes: number): Uint8Array;
  later(work: () => void): void;
  step?(what: string): void;
  log?: Host["log"];
}

export interface LocalHost extends Host {
  /** The socket as this life sees it. */
  socket(socket: HostSocket): HostSocket;
}

export class Dead extends Error {}

export function createLocalHost(settings: LocalSettings): LocalHost {
  const { world, signer } = settings;
  let dead = false;
  const live = (what: string): void => {
    if (dead) throw new Dead();
    try {
      settings.step?.(what);
    } catch (error) {
      dead = true;
      throw error;
    }
  };
  const guarded = new Map<HostSocket, HostSocket>();
  const guard = (socket: HostSocket): HostSocket => {
    const known = guarded.get(socket);
    if (known) return known;
    const made: HostSocket = {
      send: (data) => (live("send"), socket.send(data)),
      close: (code, reason) => (live("close"), socket.close(code, reason)),
      load: () => socket.load(),
      save: (attachment) => (live("save"), socket.save(structuredClone(attachment))),
      pinged_at: () => socket.pinged_at(),
    };
    guarded.set(socket, made);
    return made;
  };
  return {
    sql: createLocalSql(world.db, live),
    sockets: { all: () => [...world.sockets].map(guard) },
    socket: guard,
    signer,
    now: settings.now,
    random: settings.random,
    setAlarm(at_ms) {
      live("alarm");
      world.alarm_at = at_ms;
    },
    async clear() {
      live("clear");
      world.alarm_at = null;
      const tables = world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
      for (const { name } of tables) world.db.exec(`DROP TABLE "${String(name)}"`);
    },
    later: (work) => settings.later(() => void (dead || work())),
    log: settings.log ?? (() => {}),
  };
}

type Prepared = Map<string, ReturnType<DatabaseSync["prepare"]>>;

/** A database outlives the lives of its actor, and so does what was prepared on it. */
const preparedOn = new WeakMap<DatabaseSync, Prepared>();

export function createLocalSql(db: DatabaseSync, live: (what: string) => void): SqlPort {
  const prepared: Prepared = preparedOn.get(db) ?? new Map();
  preparedOn.set(db, prepared);
  const exec = (query: string, bindings: readonly SqlValue[]): SqlRow[] => {
    live("sql");
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = db.prepare(query)));
    return statement.all(...bindings) as SqlRow[];
  };
  let depth = 0;
  return {
    exec,
    transaction(work) {
      const name = `t${depth}`;
      const [begin, commit, rollback] =
        depth === 0
          ? ["BEGIN", "COMMIT", "ROLLBACK"]
          : [`SAVEPOINT ${name}`, `RELEASE ${name}`, `ROLLBACK TO ${name}; RELEASE ${name}`];
      db.exec(begin);
      depth += 1;
      try {
        const value = work();
        live("commit");
        db.exec(commit);
        return value;
      } catch (error) {
        db.exec(rollback);
        throw error;
      } finally {
        depth -= 1;
      }
    },
  };
}
