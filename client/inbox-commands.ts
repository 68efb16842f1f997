import type { CommandId, UserId } from "../schema/ids.ts";
import type { InboxCommand } from "../schema/inbox-commands.ts";
import { newId } from "../schema/ids.ts";
import { refusal as refusalOf, type Refusal } from "../schema/refusals.ts";
import type { Clock } from "./clock.ts";
import { QuothError } from "./failure.ts";
import { createOutbox, type OutboxStorage } from "./outbox.ts";
import { createPump } from "./pump.ts";

type Without<T> = T extends InboxCommand ? Omit<T, "command_id"> : never;
export type Wanted = Without<InboxCommand>;

/** `seq` is null where things were so already. */
export interface InboxDone {
  seq: number | null;
  replayed: boolean;
}

export interface InboxCommandsDeps {
  me: UserId;
  storage: OutboxStorage<InboxCommand>;
  clock: Clock;
  random(): number;
  send(frame: InboxCommand): boolean;
}

interface Waiter {
  resolve(done: InboxDone): void;
  reject(error: QuothError): void;
}

/** What its person wants of the inbox: in order, each under its own id until it is answered, also after a reload. */
export function createInboxCommands({ me, storage, clock, random, send }: InboxCommandsDeps) {
  const waiters = new Map<CommandId, Waiter>();
  const outbox = createOutbox<InboxCommand>({
    room_id: "inbox",
    user_id: me,
    storage,
    now: () => clock.now(),
    random,
    onStorageFailed: () => {},
  });
  const { pump, lineDown } = createPump({ outbox, clock, send });

  function settle(command_id: CommandId): Waiter | undefined {
    outbox.settle((entry) => entry.command_id === command_id);
    const waiter = waiters.get(command_id);
    waiters.delete(command_id);
    return waiter;
  }

  return {
    load: outbox.load,
    pump,
    lineDown,
    waiting: (): number => outbox.entries().length,

    command(wanted: Wanted): Promise<InboxDone> {
      const command = { ...wanted, command_id: newId("command") } as InboxCommand;
      // Of drafts that wait for the line only the newest is worth sending.
      if (command.type === "draft")
        outbox.settle(({ state, command: one }) => {
          const older = state === "queued" && one.type === "draft";
          if (!older || one.room_id !== command.room_id) return false;
          waiters.get(one.command_id)?.resolve({ seq: null, replayed: false });
          return waiters.delete(one.command_id) || true;
        });
      if (!outbox.add(command)) return Promise.reject(QuothError.from(refusalOf("slow_down")));
      const done = new Promise<InboxDone>((resolve, reject) => {
        waiters.set(command.command_id, { resolve, reject });
      });
      pump();
      return done;
    },

    accepted({ command_id, seq, replayed }: InboxDone & { command_id: CommandId }): void {
      settle(command_id)?.resolve({ seq, replayed });
      pump();
    },

    /** One that could not be read far enough to be named is the one on its way. */
    refused(command_id: string | undefined, refusal: Refusal): void {
      const entry = command_id === undefined ? outbox.inFlight() : outbox.find(command_id);
      if (entry === null || entry === undefined) return;
      if (refusal.retryable) outbox.refused(entry.command_id, refusal);
      else settle(entry.command_id)?.reject(QuothError.from(refusal));
      pump();
    },
  };
}
