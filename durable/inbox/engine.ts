import { InboxCommandSchema } from "../../schema/inbox-commands.ts";
import type { InboxHappening } from "../../schema/inbox-events.ts";
import type { InboxReply, InboxRpc } from "../../schema/inbox-rpc.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Refusal } from "../../schema/refusals.ts";
import type { Answer, Opening } from "../../schema/rpc.ts";
import { createBudget } from "../kernel/budget.ts";
import { check } from "../kernel/frames.ts";
import type { Host, HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { OUTBOX_TIMER } from "../kernel/outbox.ts";
import type { Session } from "../kernel/session.ts";
import { transact } from "../kernel/sql.ts";
import type { Commanded } from "./changes.ts";
import { commandChange, createChanges } from "./changes.ts";
import { admit, createConnection, welcome } from "./connection.ts";
import type { InboxContext, Peers } from "./context.ts";
import { createContext } from "./context.ts";
import { holdsHere } from "./holds.ts";
import { PREFERENCES, preferencesOf, tellRooms } from "./commands/preferences.ts";
import { createPlaces } from "./places.ts";
import { createPresence } from "./presence.ts";
import { takeLookups, takesDirect } from "./reach.ts";
import { REMINDERS_TIMER, remindersDue } from "./commands/remind.ts";
import { gone, mark } from "./commands/rooms.ts";
import type { Reused, Step } from "./sessions.ts";
import * as sessions from "./sessions.ts";
import { mentions, stateFor } from "./state.ts";
import { rooms } from "./stores/rooms.ts";
import { deliverWish, farewell, hearWish } from "./commands/wishes.ts";

/** The inbox, whole, on any host; the class in inbox.ts hands it the platform's events one by one. */
export interface InboxEngine extends Omit<InboxRpc, "ping"> {
  readonly context: InboxContext;
  admit(opening: Opening): Settled<Opening>;
  /** The same, and counts the user's sockets elsewhere first. */
  letIn(opening: Opening): Promise<Settled<Opening>>;
  welcome(socket: HostSocket, opening: Opening): void;
  receive(socket: HostSocket, data: string | ArrayBuffer): void;
  closed(socket: HostSocket, code: number): void;
  alarm(): Promise<void>;
}

/** What a deployment may choose. */
export interface InboxSettings {
  /** Sockets of one user over all rooms and this inbox. */
  readonly sockets_per_user: number;
}

export function createInboxEngine(
  host: Host,
  name: UserId | null,
  peers: Peers,
  { sockets_per_user }: InboxSettings = { sockets_per_user: limits.sockets_per_user },
): InboxEngine {
  const context = createContext(host, name, peers);
  const change = createChanges(context);
  const live = createPresence(context);
  context.onLost(live.closed);
  const places = createPlaces(context, sockets_per_user);
  const budget = createBudget({
    burst: limits.commands_burst,
    per_second: limits.commands_per_second,
  });

  const submit = (commanded: Commanded, settle: (answer: Settled<InboxReply>) => void): void => {
    const wait_ms = budget.take(commanded.caller.user_id, host.now());
    if (wait_ms > 0) return settle(refused("slow_down", { retry_after_ms: wait_ms }));
    change(commandChange(context, commanded, settle));
  };

  const connection = createConnection(context, live, ({ socket, session, frame }) =>
    submit({ caller: session.caller, command: frame }, (settled) => {
      const { command_id } = frame;
      const told =
        settled.kind === "accepted"
          ? ({ type: "accepted", command_id, ...settled.value } as const)
          : ({ type: "refused", command_id, refusal: settled.refusal } as const);
      context.sockets.send(socket, told);
    }),
  );

  const endSockets = (of: (session: Session) => boolean): void => {
    for (const [socket, session] of context.sockets.all()) {
      if (!of(session)) continue;
      context.sockets.close(socket, "signed_out");
      live.closed(session, socket);
    }
  };

  /** A step of a session: written, told to the person's devices, and then its sockets closed where it has ended. */
  const step = <T>(write: () => Settled<Step<T>> | Reused): Promise<Answer<T>> =>
    new Promise((resolve) => {
      let value: { value: T } | null = null;
      let refusal: Refusal | null = null;
      let ended: readonly string[] = [];
      change({
        write() {
          const made = write();
          if (made.kind === "refused") return made;
          const { happened } = made.kind === "reused" ? made : made.value;
          if (made.kind === "reused")
            ({ refusal } = refused("token_reused") as { refusal: Refusal });
          else value = { value: made.value.value };
          ended = (made.kind === "reused" ? made : made.value).ended ?? [];
          return accepted(happened);
        },
        settle(settled) {
          if (settled.kind === "refused") return resolve({ ok: false, refusal: settled.refusal });
          if (ended.length > 0) endSockets(({ caller }) => ended.includes(caller.device_id));
          if (value) return resolve({ ok: true, ...value });
          resolve({ ok: false, refusal: refusal ?? internal() });
        },
      });
    });

  /** What another actor tells: done when it has been committed, so that whoever told it need not tell it again. */
  const told = (write: () => Settled<InboxHappening[]>): Promise<void> =>
    new Promise((resolve, reject) => {
      change({
        write,
        settle: (settled) =>
          settled.kind === "accepted" ? resolve() : reject(new Error(settled.refusal.code)),
      });
    });

  const deliver = (target: string, through_seq: number): Promise<void> => {
    if (target === PREFERENCES) return tellRooms(context);
    return target.startsWith(sessions.END_TARGET)
      ? sessions.deliverEnd(context, target, through_seq)
      : deliverWish(context, target, through_seq);
  };

  return {
    context,
    admit: (opening) => admit(context, opening),
    async letIn(opening) {
      const is_free = !context.inbox() || (await places.isOneFree());
      return is_free ? admit(context, opening) : refused("too_many_sockets");
    },
    welcome(socket, opening) {
      welcome(context, socket, opening);
      change({ write: () => accepted(sessions.seen(context, opening.caller.device_id)) });
      live.opened();
    },
    receive: connection.receive,
    closed(socket, code) {
      const session = context.sockets.session(socket);
      connection.closed(socket, code);
      if (session) live.closed(session, socket);
    },

    signIn: (start) => step(() => sessions.signIn(context, start)),
    open: () => told(() => (context.begin(), accepted([]))),
    rotate: (rotation) => step(() => sessions.rotate(context, rotation)),
    holds: async (device_id) => holdsHere(host, device_id),
    mayOpen: async (device_id, room_id) =>
      answer(await sessions.mayOpen(context, places, { device_id, room_id })),
    takePlace: (room_id, sockets) => places.takeInRoom(room_id, sockets),
    devices: async (caller) => answer(sessions.deviceList(context, caller)),
    renameDevice: (_caller, device_id, to) => step(() => sessions.rename(context, device_id, to)),
    signOut: (_user_id, which) => step(() => sessions.signOut(context, which)),
    createToken: (_caller, start) => step(() => sessions.createToken(context, start)),
    tokens: async () => answer(sessions.tokenList(context)),
    token: async (token_hash) => sessions.tokenHolder(context, token_hash),

    command(caller, value, written) {
      return new Promise((resolve) => {
        const checked = check(value, InboxCommandSchema);
        if (!checked.ok) return resolve({ ok: false, refusal: checked.refusal });
        const commanded = { caller, command: checked.frame, written };
        submit(commanded, (settled) => resolve(answer(settled)));
      });
    },
    state: async (caller) => answer(stateFor(context, caller)),
    mentions: async (caller, page) => answer(mentions(context, caller, page)),

    async mark(marked, knows) {
      if (!context.inbox()) return null;
      const is_new = !rooms.has(host.sql, marked.room_id);
      await told(() => accepted(mark(context, marked)));
      if (is_new) live.changed();
      const said = preferencesOf(context);
      return said.version > knows ? said : null;
    },
    async gone(room) {
      if (!context.inbox()) return;
      await told(() => accepted(gone(context, room)));
      live.changed();
    },

    wish: (from, wish) => told(() => hearWish(context, from, wish)),
    watch: async (viewer) => live.watch(viewer),
    unwatch: async (viewer) => live.unwatch(viewer),
    seen: async (presence) => live.seen(presence),
    takesDirect: async (from, room_ids) => takesDirect(context, from, room_ids),
    roomIds: async () => (context.inbox() ? rooms.ids(host.sql) : []),
    takeLookups: async (_caller, addresses) => takeLookups(context, addresses),

    async alarm() {
      if (!context.inbox()) return;
      const due = context.alarms.due();
      const work = [
        due.includes(sessions.SESSIONS_TIMER) && done(step(() => sessions.expire(context))),
        due.includes(REMINDERS_TIMER) && told(() => remindersDue(context)),
        due.includes(OUTBOX_TIMER) && context.outbox.drain(deliver),
        live.alarm(due),
      ];
      try {
        const failed = (await Promise.allSettled(work)).filter((one) => one.status === "rejected");
        for (const { reason } of failed)
          host.log("error", "alarm.failed", { reason: String(reason) });
        if (failed.length > 0 && context.inbox()) postpone(context, due);
      } finally {
        // Also after a failure: the platform gives up on an alarm that goes on failing.
        if (context.inbox()) context.alarms.arm();
      }
    },
    async erase() {
      endSockets(() => true);
      if (context.inbox()) await farewell(context);
      await host.clear();
    },
  };
}

/** What failed is still due. It waits a little, or the alarm would come back at once and for ever. */
function postpone({ host, alarms }: InboxContext, names: readonly string[]): void {
  const now = host.now();
  const still = new Set(alarms.due());
  transact(host.sql, () => {
    for (const name of names) if (still.has(name)) alarms.set(name, now + limits.outbox_retry_ms);
  });
}

/** In an alarm a refusal is a failure: what was due has not been done. */
async function done(asked: Promise<Answer<unknown>>): Promise<void> {
  const given = await asked;
  if (!given.ok) throw new Error(given.refusal.code);
}

const internal = (): Refusal => (refused("internal") as { refusal: Refusal }).refusal;

function answer<T>(settled: Settled<T>): Answer<T> {
  return settled.kind === "accepted"
    ? { ok: true, value: settled.value }
    : { ok: false, refusal: settled.refusal };
}
