import { createInterface } from "node:readline";
import { newId } from "../../schema/ids.ts";
import type { Tally } from "./audience.ts";
import type { Crowd } from "./crowd.ts";
import { openCrowd } from "./crowd.ts";
import type { Job, Offered, Report } from "./jobs.ts";

/**
 * The load generator, a process of its own under Bun. Load is open: a message is due at its time, whether or not
 * those before it have arrived, and counts from then. So a server that stalls is not spared the messages that it
 * kept waiting.
 */
const TEXT =
  "Two roads diverged in a wood, and I took the one less travelled by, and that has made the difference.";
/** A user may send 20 a second. */
const SENDER_RATE = 15;
const SENDERS_MIN = 20;
/** How much may lie undelivered, in seconds of load, before a step is given up. */
const BACKLOG_S = 2;
const DRAIN_MS = 10_000;

let crowd: Crowd | null = null;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function offer(crowd: Crowd, rate: number, seconds: number): Promise<Offered> {
  for (const audience of crowd.audiences) audience.take();
  const busy = process.cpuUsage();
  const begin = performance.now();
  const sent = await sendAll(crowd, rate, seconds);
  const until = performance.now() + DRAIN_MS;
  while (outstanding(crowd) > 0 && performance.now() < until) await sleep(5);
  const elapsed_ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(busy);
  const tallies = crowd.audiences.map((audience) => audience.take());
  const sockets = crowd.audiences[0]?.sockets.length ?? 0;
  return {
    ...summary(tallies, begin),
    rate,
    sent,
    expected: sent * sockets,
    generator_busy: (user + system) / 1000 / elapsed_ms,
  };
}

const outstanding = (crowd: Crowd) =>
  crowd.audiences.reduce((sum, audience) => sum + audience.outstanding, 0);

/** Sends what is due until all is sent, or so much lies undelivered that nothing more is to be learnt. */
async function sendAll(crowd: Crowd, rate: number, seconds: number): Promise<number> {
  const total = Math.round(rate * seconds);
  const begin = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * rate) + 1);
    for (; sent < due; sent += 1) send(crowd, sent, { rate, due_ms: begin + (sent / rate) * 1000 });
    if (outstanding(crowd) > rate * BACKLOG_S) break;
    await sleep(1);
  }
  return sent;
}

function send(
  { audiences }: Crowd,
  index: number,
  { rate, due_ms }: { rate: number; due_ms: number },
): void {
  const audience = audiences[index % audiences.length];
  const senders = Math.max(SENDERS_MIN, Math.ceil(rate / audiences.length / SENDER_RATE));
  const turn = Math.floor(index / audiences.length);
  const socket = audience?.sockets[turn % Math.min(senders, audience.sockets.length)];
  if (!audience || !socket) throw new Error("nobody to send");
  const command_id = newId("command");
  audience.expect(command_id, due_ms);
  socket.send(JSON.stringify({ type: "send", command_id, text: TEXT }));
}

function summary(tallies: readonly Tally[], begin_ms: number) {
  const sum = (of: (tally: Tally) => number) =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  const latencies = tallies
    .flatMap((tally) => tally.latencies_ms)
    .toSorted((one, other) => one - other);
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? null;
  const last_ms = Math.max(...tallies.map((tally) => tally.last_receipt_ms));
  const events = sum((tally) => tally.events);
  const flushes = sum((tally) => tally.flushes);
  return {
    delivered: sum((tally) => tally.delivered),
    gaps: sum((tally) => tally.gaps),
    refused: sum((tally) => tally.refused),
    elapsed_ms: last_ms - begin_ms,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    flush_size: flushes === 0 ? null : events / flushes,
    event_bytes: events === 0 ? null : sum((tally) => tally.bytes) / events,
  };
}

async function run(job: Job): Promise<Report> {
  if (job.type === "open") crowd = await openCrowd(job.url, job.subject, job.scenario);
  else if (!crowd) return { ok: false, fault: "nobody is connected" };
  else if (job.type === "offer")
    return { ok: true, offered: await offer(crowd, job.rate, job.seconds) };
  else await crowd.close();
  return { ok: true };
}

for await (const line of createInterface({ input: process.stdin })) {
  const report = await run(JSON.parse(line) as Job).catch((error): Report => ({
    ok: false,
    fault: String(error),
  }));
  console.log(JSON.stringify(report));
}
process.exit();
