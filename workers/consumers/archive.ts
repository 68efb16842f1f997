import { roomActor } from "../../durable/address.ts";
import { chainFault, genesisHash } from "../../schema/chain.ts";
import type { RoomId } from "../../schema/ids.ts";
import type { Answer, ArchiveNotice, ArchiveStep, Watermark } from "../../schema/rpc.ts";
import type { Bindings } from "../env.ts";
import { historyDatabases } from "../env.ts";
import type { ArchiveLedger } from "../services/archive-ledger.ts";
import { createArchiveLedger } from "../services/archive-ledger.ts";
import { followMembers } from "../services/follow-members.ts";
import type { History } from "../services/history.ts";
import { historyOf } from "../services/history.ts";
import type { RoomMembers } from "../services/room-members.ts";
import { createRoomMembers } from "../services/room-members.ts";
import type { ConsumerLog } from "./log.ts";
import { noticeOf } from "./notice.ts";

/**
 * The archive's first step. A notice says only that a room has more; the events are pulled from the room itself,
 * from where the archive stands. So a notice that is lost, repeated or late costs nothing but time, and the queue
 * never carries what people wrote. Each call tells the room what the archive holds; the one that brings no more
 * events is the confirmation on which the room's outbox waits.
 */
export interface ArchiveDeps {
  archive(room_id: RoomId, watermark: Watermark | null): Promise<Answer<ArchiveStep> | null>;
  history(room_id: RoomId): History;
  members: RoomMembers;
  ledger: Pick<ArchiveLedger, "archiveFailed" | "archiveCaughtUp">;
  log: ConsumerLog;
}

export function archiveDeps(env: Bindings, log: ConsumerLog): ArchiveDeps {
  const databases = historyDatabases(env);
  return {
    archive: (room_id, watermark) => roomActor(env, room_id).archive(watermark),
    history: (room_id) => historyOf(room_id, databases),
    members: createRoomMembers(env),
    ledger: createArchiveLedger(env.DIRECTORY),
    log,
  };
}

/** Rooms at once: each keeps a few calls open, and an invocation has room for only so many. */
const ROOMS_AT_ONCE = 4;
/** Steps of one room in one batch. A room that is further behind is followed again, and counts as behind until then. */
const STEPS = 40;
const RETRY_BASE_S = 2;
const RETRY_MAX_S = 300;

type NoticeMessage = Message<unknown>;
type RoomNotices = { room_id: RoomId; since_ms: number; messages: NoticeMessage[] };

export async function consumeArchive(
  messages: readonly NoticeMessage[],
  deps: ArchiveDeps,
): Promise<void> {
  const waiting = groupByRoom(messages, deps.log);
  const caughtUp: RoomId[] = [];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (await followRoom(next, deps)) caughtUp.push(next.room_id);
    }
  };
  await Promise.all(Array.from({ length: ROOMS_AT_ONCE }, work));
  // The ledger only informs. If it cannot be written now, the next success writes it.
  await quietly(deps, () => deps.ledger.archiveCaughtUp(caughtUp));
}

/** Many notices of one room are one errand. What is no notice can never become one, and is dropped with a line. */
function groupByRoom(messages: readonly NoticeMessage[], log: ConsumerLog): RoomNotices[] {
  const rooms = new Map<RoomId, RoomNotices>();
  for (const message of messages) {
    const notice: ArchiveNotice | null = noticeOf(message.body);
    if (!notice) {
      log("error", "archive.not_a_notice", { message_id: message.id });
      message.ack();
      continue;
    }
    const { room_id, noticed_at } = notice;
    const known = rooms.get(room_id) ?? { room_id, since_ms: noticed_at, messages: [] };
    known.since_ms = Math.min(known.since_ms, noticed_at);
    known.messages.push(message);
    rooms.set(room_id, known);
  }
  return [...rooms.values()];
}

async function followRoom(
  { room_id, since_ms, messages }: RoomNotices,
  deps: ArchiveDeps,
): Promise<boolean> {
  try {
    const steps = await catchUp(room_id, deps);
    deps.log("debug", "archive.followed", { room_id, steps, notices: messages.length });
    for (const message of messages) message.ack();
    return true;
  } catch (error) {
    const reason = reasonOf(error);
    deps.log("error", "archive.failed", { room_id, reason, attempts: messages[0]?.attempts });
    for (const message of messages) message.retry({ delaySeconds: retrySeconds(message.attempts) });
    await quietly(deps, () => deps.ledger.archiveFailed(room_id, since_ms, reason));
    return false;
  }
}

/** Why a step of the archive was not taken. Its message goes into the ledger, so it is made of codes only. */
export class ArchiveFault extends Error {}

/** The archive of one room, and the copy of its members that is made from it. */
export async function catchUp(room_id: RoomId, deps: ArchiveDeps): Promise<number> {
  const steps = await drainRoom(room_id, deps);
  await followMembers(room_id, { history: deps.history(room_id), members: deps.members });
  return steps;
}

/** Follows one room to its head; returns how many steps that took. */
export async function drainRoom(room_id: RoomId, deps: ArchiveDeps): Promise<number> {
  const history = deps.history(room_id);
  let watermark = await history.watermark(room_id);
  for (let steps = 0; steps < STEPS; steps += 1) {
    const answer = await deps.archive(room_id, watermark);
    if (answer === null) {
      deps.log("warn", "archive.no_such_room", { room_id });
      return steps;
    }
    if (!answer.ok) throw new ArchiveFault(`room refused: ${answer.refusal.code}`);
    const step = answer.value;
    if (step.events.length === 0) return steps;
    const through = checkStep(room_id, watermark, step);
    const written = await history.append(watermark, step, through);
    // Another consumer was here first. What it wrote has been checked the same way, so go on from there.
    watermark = written ? through : await history.watermark(room_id);
  }
  // Not caught up, so it must not pass for it: the notice comes again, and goes on from where this one stopped.
  throw new ArchiveFault("still behind");
}

/** That the events follow what the archive holds, without a gap and link by link. A new epoch is told from its beginning. */
export function checkStep(
  room_id: RoomId,
  watermark: Watermark | null,
  step: ArchiveStep,
): Watermark {
  if (step.room_id !== room_id) throw new ArchiveFault("another room answered");
  let { seq, hash } =
    watermark?.epoch === step.epoch ? watermark : { seq: 0, hash: genesisHash(room_id) };
  for (const event of step.events) {
    const fault = chainFault(event, seq + 1, hash);
    if (fault) throw new ArchiveFault(`chain fault after ${seq}: ${fault}`);
    ({ seq, hash } = event);
  }
  return { epoch: step.epoch, seq, hash };
}

export function retrySeconds(attempts: number): number {
  return Math.min(RETRY_MAX_S, RETRY_BASE_S * 2 ** Math.max(0, attempts - 1));
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}

/** For the ledger, which only informs: what cannot be written there stops nothing. */
export async function quietly(deps: ArchiveDeps, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.log("error", "archive.ledger_failed", { reason: reasonOf(error) });
  }
}
