import type * as v from "valibot";
import type { memberCommands } from "../schema/commands.ts";
import type { CommandId, MessageId, RoomId, UserId } from "../schema/ids.ts";
import { messageIdOf } from "../schema/ids.ts";
import type { Receipt } from "../schema/receipt.ts";
import type { Refusal } from "../schema/refusals.ts";
import { backOffDelay, commandBackOff } from "./reconnect.ts";

/** What can wait in an outbox: what a member asks over a room's socket. */
export type OutboxCommand = v.InferOutput<(typeof memberCommands)[number]>;

/** Whose queue a command stands in: a room's, or that of one's own inbox. */
export type QueueId = RoomId | "inbox";
type AnyCommand = { type: string; command_id: CommandId };

/** A command as it outlives a reload. It belongs to who wrote it: nobody else's session may send it. */
export interface StoredCommand<C = OutboxCommand> {
  command_id: CommandId;
  room_id: QueueId;
  user_id: UserId;
  /** Place in the room's queue. */
  order: number;
  at: number;
  command: C;
  /** Set where the command was refused for good and waits for its author to decide. */
  refusal: Refusal | null;
}

export interface OutboxStorage<C = OutboxCommand> {
  load(room_id: QueueId, user_id: UserId): Promise<StoredCommand<C>[]>;
  put(command: StoredCommand<C>): Promise<void>;
  remove(command_id: CommandId): Promise<void>;
}

export function memoryStorage(): OutboxStorage {
  const commands = new Map<CommandId, StoredCommand>();
  return {
    load: async (room_id, user_id) =>
      [...commands.values()].filter((one) => one.room_id === room_id && one.user_id === user_id),
    put: async (command) => void commands.set(command.command_id, structuredClone(command)),
    remove: async (command_id) => void commands.delete(command_id),
  };
}

/**
 * `accepted`: the room says that it has happened; its event has not been seen here yet, so it is still shown from here.
 * An entry leaves when its event has been applied, and not before: then a reload at any moment loses nothing.
 */
export interface Entry<C = OutboxCommand> extends StoredCommand<C> {
  state: "queued" | "in_flight" | "accepted" | "failed";
  attempts: number;
  /** Not to be tried before this time. */
  not_before: number;
  receipt: Receipt | null;
}

/** Commands of one queue that may wait here. */
export const OUTBOX_COMMANDS = 500;

export interface OutboxDeps<C = OutboxCommand> {
  room_id: QueueId;
  user_id: UserId;
  storage: OutboxStorage<C>;
  now(): number;
  random(): number;
  /** A browser may refuse to store (quota, private mode): the command is sent all the same, from memory. */
  onStorageFailed(error: unknown): void;
}

export type Outbox<C extends AnyCommand = OutboxCommand> = ReturnType<typeof createOutbox<C>>;

/**
 * The commands of one room in the order in which they were given. One is on its way at a time: if two were and the
 * first were told to slow down, the second would overtake it.
 */
export function createOutbox<C extends AnyCommand = OutboxCommand>(deps: OutboxDeps<C>) {
  let entries: readonly Entry<C>[] = [];

  const find = (command_id: string) => entries.find((entry) => entry.command_id === command_id);
  const change = (command_id: string, now: Partial<Entry<C>>) => {
    entries = entries.map((entry) =>
      entry.command_id === command_id ? { ...entry, ...now } : entry,
    );
  };
  const keep = (work: Promise<void>) => void work.catch(deps.onStorageFailed);
  const store = (entry: Entry<C>) => {
    const {
      state: _state,
      attempts: _attempts,
      not_before: _not_before,
      receipt: _receipt,
      ...stored
    } = entry;
    keep(deps.storage.put(stored));
  };
  const drop = (gone: readonly Entry<C>[]) => {
    if (gone.length === 0) return;
    entries = entries.filter((entry) => !gone.includes(entry));
    for (const { command_id } of gone) keep(deps.storage.remove(command_id));
  };

  return {
    entries: () => entries,
    find,

    /** What was written while this was on its way stands after what was there before. */
    async load(): Promise<void> {
      const stored = await deps.storage.load(deps.room_id, deps.user_id);
      const known = new Set(entries.map((entry) => entry.command_id));
      const loaded = stored.filter((one) => !known.has(one.command_id)).map(revive);
      loaded.sort((one, other) => one.order - other.order || one.at - other.at);
      const last = loaded.at(-1)?.order ?? 0;
      const written = entries.map((entry) => ({ ...entry, order: entry.order + last }));
      entries = [...loaded, ...written];
      if (last > 0) written.forEach(store);
    },

    /** False where too much waits already. */
    add(command: C): boolean {
      if (entries.length >= OUTBOX_COMMANDS) return false;
      const { room_id, user_id } = deps;
      const order = Math.max(0, ...entries.map((entry) => entry.order)) + 1;
      const { command_id } = command;
      const entry = revive({
        command_id,
        room_id,
        user_id,
        order,
        at: deps.now(),
        command,
        refusal: null,
      });
      entries = [...entries, entry];
      store(entry);
      return true;
    },

    /** What is to be sent next, unless something is on its way. Failed ones stand aside. */
    next(): Entry<C> | null {
      const first = entries.find(
        (entry) => entry.state === "queued" || entry.state === "in_flight",
      );
      return first?.state === "queued" ? first : null;
    },

    inFlight: (): Entry<C> | null => entries.find((entry) => entry.state === "in_flight") ?? null,

    sent(command_id: CommandId): void {
      change(command_id, { state: "in_flight", attempts: (find(command_id)?.attempts ?? 0) + 1 });
    },

    accepted(command_id: CommandId, receipt: Receipt): void {
      change(command_id, { state: "accepted", receipt, refusal: null });
    },

    refused(command_id: CommandId, refusal: Refusal): void {
      const entry = find(command_id);
      if (entry === undefined) return;
      if (refusal.retryable) {
        const own_ms = backOffDelay(entry.attempts, deps.random(), commandBackOff);
        return change(command_id, {
          state: "queued",
          not_before: deps.now() + Math.max(refusal.retry_after_ms ?? 0, own_ms),
        });
      }
      change(command_id, { state: "failed", refusal });
      store({ ...entry, refusal });
    },

    /** The line broke or no answer came: whether the command had its effect, its id will tell. */
    unanswered(): void {
      entries = entries.map((entry) =>
        entry.state === "in_flight" ? { ...entry, state: "queued" } : entry,
      );
    },

    /** What was called accepted could not be proved. */
    distrust(command_id: CommandId): void {
      change(command_id, { state: "queued", receipt: null });
    },

    settle: (settled: (entry: Entry<C>) => boolean): void => drop(entries.filter(settled)),

    /** A refused command had no effect, so it may use its id again. It is a new wish, and goes to the end. */
    retry(command_id: CommandId): void {
      const entry = find(command_id);
      if (entry?.state !== "failed") return;
      const order = Math.max(...entries.map((one) => one.order)) + 1;
      const again: Entry<C> = {
        ...entry,
        state: "queued",
        refusal: null,
        attempts: 0,
        not_before: 0,
        order,
      };
      entries = [...entries.filter((one) => one !== entry), again];
      store(again);
    },

    /** What was to be done to a message that is not sent after all goes with it. */
    discard(command_id: CommandId): void {
      const entry = find(command_id);
      if (entry === undefined || entry.state === "in_flight" || entry.state === "accepted") return;
      const message_id = madeBy(entry.command);
      drop(
        entries.filter(
          (one) => one === entry || (message_id !== null && targetOf(one.command) === message_id),
        ),
      );
    },
  };
}

function revive<C>(stored: StoredCommand<C>): Entry<C> {
  return {
    ...stored,
    state: stored.refusal === null ? "queued" : "failed",
    attempts: 0,
    not_before: 0,
    receipt: null,
  };
}

/** The message that a command makes. */
export const madeBy = ({ type, command_id }: AnyCommand): MessageId | null =>
  type === "send" || type === "forward" ? messageIdOf(command_id) : null;

/** The message that a command makes, or does something to. */
export function targetOf(command: AnyCommand): MessageId | null {
  const made = madeBy(command);
  if (made !== null) return made;
  return "message_id" in command ? (command.message_id as MessageId) : null;
}
