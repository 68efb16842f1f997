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
import type { DeviceId, MessageId, RoomId, UserId } from "../../schema/ids.ts";
import type { Whispered } from "../../schema/frames/whisper.ts";
import { WhisperingSchema } from "../../schema/frames/whisper.ts";
import { limits } from "../../schema/limits.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import { QuerySchema } from "../../schema/queries.ts";
import type { Answer, ArchiveStep, Opening, Watermark } from "../../schema/rpc.ts";
import { createBudget } from "../kernel/budget.ts";
import { createFlush } from "../kernel/flush.ts";
import { check } from "../kernel/frames.ts";
import type { Host, HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { refused } from "../kernel/outcome.ts";
import { OUTBOX_TIMER } from "../kernel/outbox.ts";
import type { Submit } from "./connection.ts";
import { SILENCE_TIMER } from "../kernel/silence.ts";
import { admit, createConnection, welcome } from "./connection.ts";
import type { RoomContext, RoomPeers } from "./context.ts";
import { createContext } from "./context.ts";
import { ask } from "./asks.ts";
import type { Brought } from "./commands/facts.ts";
import type { Pending } from "./flush.ts";
import { flushCommands } from "./flush.ts";
import { forgetting } from "./forgetting.ts";
import { fetchOrigin } from "./forwarding.ts";
import { createLive } from "./live.ts";
import { INBOXES, tellInboxes } from "./marks.ts";
import { prefers } from "./own.ts";
import { preferences } from "./stores/preferences.ts";
import { CURSORS_TIMER } from "./readers.ts";
import type { Places } from "./places.ts";
import { createPlaces } from "./places.ts";
import { createReading } from "./reading.ts";
import { archiveStep, eventPage, messagePage, view } from "./reads.ts";
import { SCHEDULED_TIMER } from "./scheduling.ts";
import { fireScheduled } from "./sending-later.ts";
import {
  SESSIONS_TIMER,
  checkSessions,
  checkSilence,
  createDropped,
  endSession,
  wakeSessions,
} from "./sessions.ts";
import { TEXTS, deliverErasures } from "./texts.ts";
import { WITHHELD_TIMER, forgetWithheld } from "./withholding.ts";

/**
 * The room, whole, on any host. The class in room.ts hands it the platform's events one by one;
 * a test hands it the same on a host of its own, with a clock and a crash in its hand.
 */
export interface RoomEngine extends Places {
  readonly context: RoomContext;
  admit(opening: Opening): Settled<Opening>;
  welcome(socket: HostSocket, opening: Opening): void;
  receive(socket: HostSocket, data: string | ArrayBuffer): void;
  closed(socket: HostSocket, code: number): void;
  /** A command that did not come over a socket. The answer comes in the turn that commits it. */
  submit(
    caller: Caller,
    value: unknown,
    settle: (answer: Answer<ReceiptAnswer>) => void,
    brought?: Brought,
  ): void;
  ask(caller: Caller, query: unknown): Answer<unknown>;
  read(caller: Caller, seq: number): Answer<ReadAnswer>;
  delivered(caller: Caller, seq: number): Answer<null>;
  endSession(user_id: UserId, device_id: DeviceId): void;
  prefers(user_id: UserId, preferences: MemberPreferences): void;
  /** Fails where it could not be written; then it is to be asked for again. */
  forget(user_id: UserId): Promise<void>;
  typing(caller: Caller, on: boolean, parent?: MessageId | null): Answer<null>;
  whisper(caller: Caller, whisper: unknown): Answer<Whispered>;
  view(caller: Caller): Answer<RoomView>;
  messages(caller: Caller, page: { before: number | null; limit: number }): Answer<MessagePage>;
  events(caller: Caller, page: { after: number; limit: number }): Answer<EventPage>;
  archive(watermark: Watermark | null): Answer<ArchiveStep> | null;
  alarm(): Promise<void>;
}

export function createRoomEngine(host: Host, name: RoomId | null, peers: RoomPeers): RoomEngine {
  const context = createContext(host, name, peers);
  const live = createLive(context, {
    isHidden: (user_id) => preferences.isHidden(host.sql, user_id),
  });
  const settleDropped = createDropped(context);
  context.onDropped((session) => {
    live.dropped(session);
    settleDropped();
  });
  context.onHides(live.hides);
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
    (batch) => live.happened(flushCommands(context, batch)),
  );

  const submit = (pending: PendingCommand): void => {
    const { caller, command, settle } = pending;
    const wait_ms = budget.take(caller.user_id, host.now());
    if (wait_ms > 0) return settle(refused("slow_down", { retry_after_ms: wait_ms }));
    const { waiting, waiting_bytes } = flush;
    if (waiting >= limits.waiting_commands || waiting_bytes >= limits.waiting_bytes)
      return settle(refused("slow_down", { retry_after_ms: 1000 }));
    if (command.type !== "forward") return flush.push(pending);
    fetchOrigin(context, caller, command).then(
      (origin) =>
        origin.kind === "accepted"
          ? flush.push({ ...pending, brought: origin.value })
          : settle(origin),
      (error: unknown) => {
        host.log("warn", "forward.unread", { room_id: context.room_id, reason: String(error) });
        settle(refused("unavailable"));
      },
    );
  };

  const answerTo: Submit = (socket, { caller }, command, bytes) =>
    submit({
      caller,
      command,
      bytes,
      settle(settled) {
        const { command_id } = command;
        const frame =
          settled.kind === "accepted"
            ? ({ type: "accepted", command_id, ...settled.value } as const)
            : ({ type: "refused", command_id, refusal: settled.refusal } as const);
        context.sockets.send(socket, frame);
      },
    });
  const receiver = createConnection(context, { reading, live, submit: answerTo });

  const deliver = (target: string, through_seq: number): Promise<void> => {
    if (target === INBOXES) return tellInboxes(context);
    return target === TEXTS ? deliverErasures(context, through_seq) : peers.archive(through_seq);
  };

  return {
    context,
    admit: (opening) => admit(context, opening),
    ...createPlaces(context),
    welcome: (socket, opening) => welcome(context, socket, opening),
    receive: receiver.receive,
    closed(socket, code) {
      live.closed(socket);
      receiver.closed(socket, code);
    },
    submit(caller, value, settle, brought = {}) {
      const checked = check(value, CommandSchema);
      if (!checked.ok) return settle({ ok: false, refusal: checked.refusal });
      submit({
        caller,
        command: checked.frame,
        brought,
        bytes: JSON.stringify(value).length,
        settle: (settled) => settle(answer(settled)),
      });
    },
    ask(caller, query) {
      const checked = check(query, QuerySchema);
      return checked.ok ? answer(ask(context, caller, checked.frame)) : checked;
    },
    read: (caller, seq) => answer(reading.read(caller, seq)),
    delivered: (caller, seq) => answer(reading.delivered(caller, seq)),
    endSession: (user_id, device_id) => endSession(context, user_id, device_id),
    prefers: (user_id, said) => prefers(context, user_id, said),
    forget: (user_id) => forgetting(context, user_id, (pending) => flush.push(pending)),
    typing: (caller, on, parent = null) => answer(live.typing(caller, on, parent)),
    whisper(caller, value) {
      const checked = check(value, WhisperingSchema);
      return checked.ok ? answer(live.whisper(caller, checked.frame)) : checked;
    },
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
        if (due.includes(SILENCE_TIMER)) live.died(checkSilence(context));
        await Promise.all([
          due.includes(OUTBOX_TIMER) ? context.outbox.drain(deliver) : null,
          due.includes(SESSIONS_TIMER) ? checkSessions(context) : null,
          due.includes(CURSORS_TIMER) ? reading.tell() : null,
          attempt(() => {
            if (due.includes(WITHHELD_TIMER)) forgetWithheld(context);
          }),
          attempt(() => {
            if (due.includes(SCHEDULED_TIMER)) fireScheduled(context, flush.push);
          }),
          attempt(() => live.alarm(due)),
        ]);
      } finally {
        // Also after a failure: the platform gives up on an alarm that goes on failing, and this room must not.
        context.alarms.arm();
      }
    },
  };
}

type PendingCommand = Pending & { readonly command: Command };

/** A failure of one kind of work, as a promise: it must not keep another from being begun. */
async function attempt(work: () => void): Promise<void> {
  work();
}

function answer<T>(settled: Settled<T>): Answer<T> {
  return settled.kind === "accepted"
    ? { ok: true, value: settled.value }
    : { ok: false, refusal: settled.refusal };
}
