import { expect, test } from "vitest";
import type { RoomId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import type { ArchiveNotice, ArchiveStep, Watermark } from "../../schema/rpc.ts";
import type { ArchiveDeps } from "../../workers/consumers/archive.ts";
import { checkStep, consumeArchive, retrySeconds } from "../../workers/consumers/archive.ts";
import { consumeDeadLetters } from "../../workers/consumers/dead-letters.ts";
import type { History } from "../../workers/services/history.ts";
import type { BuiltLog } from "./log-builder.ts";
import { buildLog } from "./log-builder.ts";

const noticeOf = ({ room_id, epoch, events }: BuiltLog): ArchiveNotice => ({
  room_id,
  epoch,
  through: events.length,
  noticed_at: 5_000,
});

/** A message of the queue, and what became of it. */
function message(body: unknown, attempts = 1) {
  const fate: { acked: boolean; retried: number | null } = { acked: false, retried: null };
  const queued: Message<unknown> = {
    id: "1",
    timestamp: new Date(0),
    body,
    attempts,
    ack: () => void (fate.acked = true),
    retry: (options) => void (fate.retried = options?.delaySeconds ?? 0),
  };
  return { queued, fate };
}

/** An archive in memory, with the promise that D1's batch keeps: whole, and only from where it stands. */
function memoryArchive() {
  const held = new Map<RoomId, { watermark: Watermark; seqs: number[] }>();
  const history = (room_id: RoomId): History => ({
    watermark: async () => held.get(room_id)?.watermark ?? null,
    async append(from, step, through) {
      const known = held.get(room_id);
      if ((known?.watermark.seq ?? null) !== (from?.seq ?? null)) return false;
      held.set(room_id, {
        watermark: through,
        seqs: [...(known?.seqs ?? []), ...step.events.map((event) => event.seq)],
      });
      return true;
    },
    memberEvents: async () => null,
    lastLagMs: async () => null,
    appliedMigrations: async () => [],
  });
  return { history, seqs: (room_id: RoomId) => held.get(room_id)?.seqs ?? [] };
}

function world(logs: readonly BuiltLog[], limit = 3) {
  const archive = memoryArchive();
  const ledger = { failed: [] as string[], caughtUp: [] as RoomId[] };
  const said: string[] = [];
  const deps: ArchiveDeps = {
    archive: async (room_id, watermark) =>
      logs.find((log) => log.room_id === room_id)?.step(watermark, limit) ?? null,
    history: archive.history,
    members: {
      named: async () => [],
      at: async () => null,
      move: async () => {},
      fold: async () => 0,
    },
    ledger: {
      archiveFailed: async (_room, _since, reason) => void ledger.failed.push(reason),
      archiveCaughtUp: async (rooms) => void ledger.caughtUp.push(...rooms),
    },
    log: (_level, event) => void said.push(event),
  };
  return { deps, ledger, said, seqs: archive.seqs };
}

function longLog(messages: number): BuiltLog {
  const log = buildLog();
  for (let i = 0; i < messages; i += 1) log.sends(`message ${i}`);
  return log;
}

const counted = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("ARCH-1 a notice brings the whole log over, step by step, and the last call confirms it", async () => {
  const log = longLog(9);
  const { deps, ledger, seqs } = world([log]);
  const { queued, fate } = message(noticeOf(log));
  await consumeArchive([queued], deps);
  expect(seqs(log.room_id)).toEqual(counted(10));
  expect(fate).toEqual({ acked: true, retried: null });
  expect(log.confirmed).toEqual([null, 3, 6, 9, 10]);
  expect(ledger.caughtUp).toEqual([log.room_id]);
});

test("ARCH-2 notices that are repeated and out of order are one errand for each room", async () => {
  const [one, two] = [longLog(4), longLog(2)];
  const { deps, seqs } = world([one, two], 500);
  const bodies = [
    noticeOf(two),
    noticeOf(one),
    { ...noticeOf(one), through: 1 },
    noticeOf(two),
    noticeOf(one),
  ];
  const messages = bodies.map((body) => message(body));
  await consumeArchive(
    messages.map(({ queued }) => queued),
    deps,
  );
  expect(seqs(one.room_id)).toEqual(counted(5));
  expect(seqs(two.room_id)).toEqual(counted(3));
  expect(one.confirmed).toEqual([null, 5]);
  expect(messages.every(({ fate }) => fate.acked)).toBe(true);
});

test("ARCH-2 what is no notice, and a notice of no room, are dropped with a line in the log", async () => {
  const { deps, said } = world([]);
  const strange = [
    null,
    "notice",
    { room_id: "room_1" },
    { ...noticeOf(buildLog()), room_id: newId("room") },
  ];
  const messages = strange.map((body) => message(body));
  await consumeArchive(
    messages.map(({ queued }) => queued),
    deps,
  );
  expect(messages.map(({ fate }) => fate.acked)).toEqual([true, true, true, true]);
  expect(said.filter((event) => event === "archive.not_a_notice")).toHaveLength(3);
  expect(said).toContain("archive.no_such_room");
});

test("ARCH-3 two consumers of one room at once write each event once", async () => {
  const log = longLog(40);
  const { deps, seqs } = world([log]);
  const batches = [message(noticeOf(log)), message(noticeOf(log)), message(noticeOf(log))];
  await Promise.all(batches.map(({ queued }) => consumeArchive([queued], deps)));
  expect(seqs(log.room_id)).toEqual(counted(41));
  expect(batches.every(({ fate }) => fate.acked)).toBe(true);
});

const spoilt: Record<string, (events: ArchiveStep["events"]) => ArchiveStep["events"]> = {
  "a gap": (events) => events.filter((event) => event.seq !== 2),
  "a repeated event": (events) => [...events.slice(0, 2), ...events.slice(1)],
  "another text": (events) =>
    events.map((event) =>
      event.seq === 2 ? { ...event, body: { ...event.body, text: "forged" } } : event,
    ),
  "another author": (events) =>
    events.map((event) => (event.seq === 2 ? { ...event, actor: newId("user") } : event)),
  "another beginning": (events) =>
    events.map((event) => (event.seq === 1 ? { ...event, prev_hash: event.hash } : event)),
};

for (const [name, spoil] of Object.entries(spoilt)) {
  test(`ARCH-4 events with ${name} are not written, and the notice comes again`, async () => {
    const log = longLog(4);
    const { deps, ledger, seqs } = world([log]);
    const { queued, fate } = message(noticeOf(log));
    const forging: ArchiveDeps = {
      ...deps,
      async archive(room_id, watermark) {
        const answer = await deps.archive(room_id, watermark);
        if (!answer?.ok) return answer;
        return { ok: true, value: { ...answer.value, events: spoil(answer.value.events) } };
      },
    };
    await consumeArchive([queued], forging);
    expect(seqs(log.room_id)).toEqual([]);
    expect(fate).toEqual({ acked: false, retried: 2 });
    expect(ledger.failed[0]).toMatch(/^chain fault after \d: \w+$/);
  });
}

test("ARCH-4 a step of another room is not written", () => {
  const [one, two] = [longLog(1), longLog(1)];
  const step = { room_id: two.room_id, epoch: two.epoch, events: two.events };
  expect(() => checkStep(one.room_id, null, step)).toThrow("another room");
});

test("ARCH-4 a log in a new epoch is taken from its beginning only", () => {
  const log = longLog(3);
  const step = { room_id: log.room_id, epoch: newId("epoch"), events: log.events };
  expect(checkStep(log.room_id, log.watermark(2), step)).toMatchObject({
    epoch: step.epoch,
    seq: 4,
  });
  expect(() =>
    checkStep(log.room_id, log.watermark(2), { ...step, events: log.events.slice(2) }),
  ).toThrow("chain fault");
});

test("ARCH-6 a room that refuses is asked again later, and the ledger says why", async () => {
  const log = longLog(1);
  const { deps, ledger } = world([log]);
  const first = message(noticeOf(log));
  const later = message(noticeOf(log), 3);
  const refusing: ArchiveDeps = {
    ...deps,
    archive: async () => ({ ok: false, refusal: refusal("internal") }),
  };
  await consumeArchive([first.queued, later.queued], refusing);
  expect(first.fate.retried).toBe(2);
  expect(later.fate.retried).toBe(8);
  expect(ledger).toEqual({ failed: ["room refused: internal"], caughtUp: [] });
});

test("ARCH-6 one room that fails does not hold up the others of its batch", async () => {
  const [good, bad] = [longLog(2), longLog(2)];
  const { deps, ledger, seqs } = world([good, bad]);
  const failing: ArchiveDeps = {
    ...deps,
    history(room_id) {
      if (room_id === bad.room_id) throw new Error("D1_ERROR: not now");
      return deps.history(room_id);
    },
  };
  const messages = [message(noticeOf(bad)), message(noticeOf(good))];
  await consumeArchive(
    messages.map(({ queued }) => queued),
    failing,
  );
  expect(messages.map(({ fate }) => fate.acked)).toEqual([false, true]);
  expect(seqs(good.room_id)).toEqual(counted(3));
  expect(ledger).toEqual({ failed: ["D1_ERROR: not now"], caughtUp: [good.room_id] });
});

test("ARCH-6 a ledger that cannot be written stops nothing", async () => {
  const log = longLog(2);
  const { deps, seqs, said } = world([log]);
  const broken = async () => {
    throw new Error("D1_ERROR: not now");
  };
  const { queued, fate } = message(noticeOf(log));
  await consumeArchive([queued], {
    ...deps,
    ledger: { archiveFailed: broken, archiveCaughtUp: broken },
  });
  expect(seqs(log.room_id)).toEqual(counted(3));
  expect(fate.acked).toBe(true);
  expect(said).toContain("archive.ledger_failed");
});

test("ARCH-6 waiting doubles up to five minutes", () => {
  expect([1, 2, 3, 4].map(retrySeconds)).toEqual([2, 4, 8, 16]);
  expect(retrySeconds(30)).toBe(300);
});

test("ARCH-7 a dead letter is told in the log, and its room followed once more", async () => {
  const log = longLog(1);
  const { deps, ledger, said, seqs } = world([log]);
  const { queued, fate } = message(noticeOf(log));
  await consumeDeadLetters([queued, message("nothing").queued], deps);
  expect(fate.acked).toBe(true);
  expect(said).toEqual(["archive.dead_letter", "archive.dead_letter"]);
  expect(seqs(log.room_id)).toEqual(counted(2));
  expect(ledger).toEqual({ failed: [], caughtUp: [log.room_id] });
});

test("ARCH-7 a dead letter of a room that still cannot be followed is in the ledger, and comes again", async () => {
  const log = longLog(1);
  const { deps, ledger } = world([log]);
  const { queued, fate } = message(noticeOf(log));
  const refusing: ArchiveDeps = {
    ...deps,
    archive: async () => ({ ok: false, refusal: refusal("internal") }),
  };
  await consumeDeadLetters([queued], refusing);
  expect(fate).toEqual({ acked: false, retried: 300 });
  expect(ledger.failed).toEqual(["dead letter: room refused: internal"]);
});

test("ARCH-6 a room that is too far behind for one go counts as behind, and is followed to its end by the next", async () => {
  const log = longLog(100);
  const { deps, ledger, seqs } = world([log], 1);
  const first = message(noticeOf(log));
  await consumeArchive([first.queued], deps);
  expect(first.fate.retried).not.toBeNull();
  expect(ledger).toEqual({ failed: ["still behind"], caughtUp: [] });
  const before = seqs(log.room_id).length;
  expect(before).toBeGreaterThan(0);
  for (let attempt = 2; seqs(log.room_id).length < log.events.length; attempt += 1) {
    expect(attempt).toBeLessThan(6);
    await consumeArchive([message(noticeOf(log), attempt).queued], deps);
  }
  expect(ledger.caughtUp).toEqual([log.room_id]);
});

test("ARCH-6 FND-4 members that cannot be copied now are copied by the notice's next coming, from where they stand", async () => {
  const log = longLog(2);
  const { deps, ledger, seqs } = world([log]);
  const { epoch } = log;
  const moves: number[] = [];
  let is_broken = true;
  const copying: ArchiveDeps = {
    ...deps,
    history: (room_id) => ({
      ...deps.history(room_id),
      memberEvents: async () => ({ through: { epoch, seq: 3 }, events: [], is_head: true }),
    }),
    members: {
      ...deps.members,
      async at() {
        if (is_broken) throw new Error("D1_ERROR: not now");
        return null;
      },
      move: async (_room, _from, { through }) => void moves.push(through.seq),
      fold: async () => 0,
    },
  };
  const first = message(noticeOf(log));
  await consumeArchive([first.queued], copying);
  expect(first.fate.retried).not.toBeNull();
  expect(seqs(log.room_id)).toEqual(counted(3));
  expect(ledger.failed).toEqual(["D1_ERROR: not now"]);
  is_broken = false;
  const again = message(noticeOf(log), 2);
  await consumeArchive([again.queued], copying);
  expect(again.fate.acked).toBe(true);
  // Nothing about members, and not far enough to be written down.
  expect(moves).toEqual([]);
});
