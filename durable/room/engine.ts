import type { Caller } from "../../schema/caller.ts";
import type { Command } from "../../schema/commands.ts";
import { CommandSchema } from "../../schema/commands.ts";
import type {
  EventPage,
  MessagePage,
  ReadAnswer,
  ReceiptAnswer,
  RoomView,
} from "../../schema/http.ts";
import type { DeviceId, RoomId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Answer, ArchiveStep, Opening, Watermark } from "../../schema/rpc.ts";
import { createBudget } from "../kernel/budget.ts";
import { createFlush } from "../kernel/flush.ts";
import { check } from "../kernel/frames.ts";
import type { Host, HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { refused } from "../kernel/outcome.ts";
import { OUTBOX_TIMER } from "../kernel/outbox.ts";
import { SILENCE_TIMER } from "../kernel/silence.ts";
import { admit, createConnection, welcome } from "./connection.ts";
import type { RoomContext, RoomPeers } from "./context.ts";
import { createContext } from "./context.ts";
import { encode } from "./emit.ts";
import type { Pending } from "./flush.ts";
import { flushCommands } from "./flush.ts";
import { forgetting } from "./forgetting.ts";
import { INBOXES, tellInboxes } from "./marks.ts";
import { createReading } from "./reading.ts";
import { archiveStep, eventPage, messagePage, view } from "./reads.ts";
import {
  SESSIONS_TIMER,
  checkSessions,
  checkSilence,
  createDropped,
  endSession,
  wakeSessions,
} from "./sessions.ts";

/**
 * The room, whole, on any host. The class in room.ts hands it the platform's events one by one;
 * a test hands it the same on a host of its own, with a clock and a crash in its hand.
 */
export interface RoomEngine {
  readonly context: RoomContext;
  admit(opening: Opening): Settled<Opening>;
  welcome(socket: HostSocket, opening: Opening): void;
  receive(socket: HostSocket, data: string | ArrayBuffer): void;
  closed(socket: HostSocket, code: number): void;
  /** A command that did not come over a socket. The answer comes in the turn that commits it. */
  submit(caller: Caller, value: unknown, settle: (answer: Answer<ReceiptAnswer>) => void): void;
  read(caller: Caller, seq: number): Answer<ReadAnswer>;
  endSession(user_id: UserId, device_id: DeviceId): void;
  /** Fails where it could not be written; then it is to be asked for again. */
  forget(user_id: UserId): Promise<void>;
  view(caller: Caller): Answer<RoomView>;
  messages(caller: Caller, page: { before: number | null; limit: number }): Answer<MessagePage>;
  events(caller: Caller, page: { after: number; limit: number }): Answer<EventPage>;
  archive(watermark: Watermark | null): Answer<ArchiveStep> | null;
  alarm(): Promise<void>;
}

export function createRoomEngine(host: Host, name: RoomId | null, peers: RoomPeers): RoomEngine {
  const context = createContext(host, name, peers);
  context.onDropped(createDropped(context));
  wakeSessions(context);
  const reading = createReading(context);
  const budget = createBudget({
    burst: limits.commands_burst,
    per_second: limits.commands_per_second,
  });
  const flush = createFlush<Pending>(
    host,
    {
      items: limits.flush_commands,
      bytes: limits.flush_bytes,
      bytesOf: (pending) => pending.bytes,
    },
    (batch) => flushCommands(context, batch),
  );

  const submit = (
    caller: Caller,
    command: Command,
    bytes: number,
    settle: Pending["settle"],
  ): void => {
    const wait_ms = budget.take(caller.user_id, host.now());
    if (wait_ms > 0) return settle(refused("slow_down", { retry_after_ms: wait_ms }));
    const { waiting, waiting_bytes } = flush;
    if (waiting >= limits.waiting_commands || waiting_bytes >= limits.waiting_bytes)
      return settle(refused("slow_down", { retry_after_ms: 1000 }));
    flush.push({ caller, command, bytes, settle });
  };

  const receiver = createConnection(context, reading, (socket, session, command, bytes) =>
    submit(session.caller, command, bytes, (settled) => {
      const { command_id } = command;
      const frame =
        settled.kind === "accepted"
          ? ({ type: "accepted", command_id, ...settled.value } as const)
          : ({ type: "refused", command_id, refusal: settled.refusal } as const);
      context.sockets.send(socket, encode(frame));
    }),
  );

  const deliver = (target: string, through_seq: number): Promise<void> =>
    target === INBOXES ? tellInboxes(context) : peers.archive(through_seq);

  return {
    context,
    admit: (opening) => admit(context, opening),
    welcome: (socket, opening) => welcome(context, socket, opening),
    receive: receiver.receive,
    closed: receiver.closed,
    submit(caller, value, settle) {
      const checked = check(value, CommandSchema);
      if (!checked.ok) return settle({ ok: false, refusal: checked.refusal });
      submit(caller, checked.frame, JSON.stringify(value).length, (settled) =>
        settle(answer(settled)),
      );
    },
    read: (caller, seq) => answer(reading.read(caller, seq)),
    endSession: (user_id, device_id) => endSession(context, user_id, device_id),
    forget: (user_id) => forgetting(context, user_id, (pending) => flush.push(pending)),
    view: (caller) => answer(view(context, caller)),
    messages: (caller, page) => answer(messagePage(context, caller, page)),
    events: (caller, page) => answer(eventPage(context, caller, page)),
    archive: (watermark) => {
      const step = archiveStep(context, watermark);
      return step && answer(step);
    },
    async alarm() {
      if (!context.room()) return;
      try {
        const due = context.alarms.due();
        if (due.includes(SILENCE_TIMER)) checkSilence(context);
        await Promise.all([
          due.includes(OUTBOX_TIMER) ? context.outbox.drain(deliver) : null,
          due.includes(SESSIONS_TIMER) ? checkSessions(context) : null,
        ]);
      } finally {
        // Also after a failure: the platform gives up on an alarm that goes on failing, and this room must not.
        context.alarms.arm();
      }
    },
  };
}

function answer<T>(settled: Settled<T>): Answer<T> {
  return settled.kind === "accepted"
    ? { ok: true, value: settled.value }
    : { ok: false, refusal: settled.refusal };
}
