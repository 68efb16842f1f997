import { readFileSync } from "node:fs";
import type { Generator } from "./generator.ts";
import { startGenerator } from "./generator.ts";
import type { Offered, Scenario, Subject } from "./jobs.ts";
import type { Search } from "./ladder.ts";
import { best, nextRate } from "./ladder.ts";
import type { BenchServer } from "./server.ts";
import { startServer } from "./server.ts";

export const scenarios: readonly Scenario[] = [
  { name: "A", title: "one room of 1,000 sockets", rooms: 1, sockets: 1_000, from_rate: 50 },
  { name: "B", title: "50 rooms of 20 sockets", rooms: 50, sockets: 20, from_rate: 250 },
];

export interface Step extends Offered {
  /** Share of one core that workerd was busy; null where the system does not tell. */
  readonly server_busy: number | null;
}

/** One subject in one scenario, once. */
export interface Measurement {
  readonly scenario: string;
  readonly subject: Subject;
  readonly round: number;
  readonly steps: readonly Step[];
  /** What was sustained, and what half of it was like. */
  readonly sustained: Step | null;
  readonly at_half: Step | null;
}

export interface Plan {
  readonly step_seconds: number;
  /** Null where one step at the first rate is all that is wanted. */
  readonly search: Omit<Search, "from_rate"> | null;
}

interface Case {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly round: number;
}

const WARM_UP_S = 10;

/** A server and a generator of its own for each: what one leaves behind is not the next one's burden. */
export async function measure(
  { scenario, subject, round }: Case,
  plan: Plan,
): Promise<Measurement> {
  const server = await startServer();
  const generator = startGenerator();
  try {
    await generator.ask({ type: "open", url: server.url, subject, scenario });
    const offer = (rate: number, seconds: number) =>
      offerOnce({ server, generator }, rate, seconds);
    // Not counted: the first few thousand messages meet code that has not been compiled yet.
    if (plan.search) await offer(scenario.from_rate * 2, WARM_UP_S);
    const steps = plan.search
      ? await climb((rate) => offer(rate, plan.step_seconds), {
          ...plan.search,
          from_rate: scenario.from_rate,
        })
      : [await offer(scenario.from_rate, plan.step_seconds)];
    const sustained = best(steps) as Step | null;
    const at_half =
      sustained && plan.search
        ? await offer(Math.ceil(sustained.rate / 2), plan.step_seconds)
        : null;
    await generator.ask({ type: "close" });
    return { scenario: scenario.name, subject, round, steps, sustained, at_half };
  } finally {
    await generator.stop();
    await server.stop();
  }
}

async function climb(offer: (rate: number) => Promise<Step>, search: Search): Promise<Step[]> {
  const tried: Step[] = [];
  for (let rate = nextRate(tried, search); rate !== null; rate = nextRate(tried, search))
    tried.push(await offer(rate));
  return tried;
}

async function offerOnce(
  { server, generator }: { server: BenchServer; generator: Generator },
  rate: number,
  seconds: number,
): Promise<Step> {
  const before = { busy_ms: busyMs(server.pid), at_ms: performance.now() };
  const offered = await generator.ask({ type: "offer", rate, seconds });
  if (!offered) throw new Error("a step without figures");
  const after = busyMs(server.pid);
  const busy = before.busy_ms === null || after === null ? null : after - before.busy_ms;
  return {
    ...offered,
    server_busy: busy === null ? null : busy / (performance.now() - before.at_ms),
  };
}

/** What a process has used of the processors so far, in user and in system mode: /proc counts it in 10 ms. */
function busyMs(pid: number | null): number | null {
  if (pid === null) return null;
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
