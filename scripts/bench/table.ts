import type { Scenario } from "./jobs.ts";
import { subjects } from "./jobs.ts";
import type { Subject } from "./jobs.ts";
import { median, perSecond } from "./ladder.ts";
import type { Measurement, Step } from "./measure.ts";

/** What stands in one line of the table: medians over the rounds. */
export interface Summary {
  readonly scenario: string;
  readonly subject: Subject;
  readonly rounds: number;
  readonly messages_per_s: number | null;
  readonly deliveries_per_s: number | null;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly half_p50_ms: number | null;
  readonly half_p99_ms: number | null;
  readonly flush_size: number | null;
  readonly event_bytes: number | null;
  readonly server_busy: number | null;
  /** Messages for one second of workerd's processor time: what is left when others use the machine too. */
  readonly messages_per_cpu_s: number | null;
  readonly generator_busy: number | null;
  /** The same round's messages a second against the other's, so that a slow minute counts for both. */
  readonly to_bare: number | null;
  readonly to_coalescing: number | null;
}

export function summarise(all: readonly Measurement[], scenarios: readonly Scenario[]): Summary[] {
  return scenarios.flatMap((scenario) =>
    subjects.map((subject) => {
      const own = all.filter((one) => one.scenario === scenario.name && one.subject === subject);
      const ratioTo = (other: Subject) =>
        middle(own, (one) => {
          const beside = all.find(
            ({ scenario, subject, round }) =>
              scenario === one.scenario && subject === other && round === one.round,
          );
          return one.sustained && beside?.sustained
            ? perSecond(one.sustained) / perSecond(beside.sustained)
            : null;
        });
      const at = (of: (step: Step) => number | null) =>
        middle(own, ({ sustained }) => sustained && of(sustained));
      return {
        scenario: scenario.name,
        subject,
        rounds: own.length,
        messages_per_s: at(perSecond),
        deliveries_per_s: at((step) => perSecond(step) * scenario.sockets),
        p50_ms: at((step) => step.p50_ms),
        p99_ms: at((step) => step.p99_ms),
        half_p50_ms: middle(own, ({ at_half }) => at_half && at_half.p50_ms),
        half_p99_ms: middle(own, ({ at_half }) => at_half && at_half.p99_ms),
        flush_size: at((step) => step.flush_size),
        event_bytes: at((step) => step.event_bytes),
        server_busy: at((step) => step.server_busy),
        messages_per_cpu_s: at((step) => step.server_busy && perSecond(step) / step.server_busy),
        generator_busy: at((step) => step.generator_busy),
        to_bare: ratioTo("bare"),
        to_coalescing: ratioTo("coalescing"),
      };
    }),
  );
}

function middle(
  all: readonly Measurement[],
  of: (one: Measurement) => number | null,
): number | null {
  return median(all.map(of).filter((value) => value !== null));
}

const names = { room: "Quoth's room", coalescing: "bare, coalescing", bare: "bare" } as const;
const columns: readonly (readonly [string, (line: Summary) => string])[] = [
  ["subject", ({ subject }) => names[subject]],
  ["messages/s", ({ messages_per_s }) => whole(messages_per_s)],
  ["deliveries/s", ({ deliveries_per_s }) => whole(deliveries_per_s)],
  ["of bare", ({ to_bare }) => ratio(to_bare)],
  ["of coalescing", ({ to_coalescing }) => ratio(to_coalescing)],
  ["p50 / p99 ms", ({ p50_ms, p99_ms }) => `${whole(p50_ms)} / ${whole(p99_ms)}`],
  [
    "at half of it",
    ({ half_p50_ms, half_p99_ms }) => `${whole(half_p50_ms)} / ${whole(half_p99_ms)}`,
  ],
  ["events a commit", ({ flush_size }) => ratio(flush_size)],
  ["messages a CPU s", ({ messages_per_cpu_s }) => whole(messages_per_cpu_s)],
  ["bytes an event", ({ event_bytes }) => whole(event_bytes)],
  ["workerd / load busy", (line) => `${share(line.server_busy)} / ${share(line.generator_busy)}`],
];

/** Markdown, so that what the terminal shows can stand in docs/bench.md as it is. */
export function tableOf(lines: readonly Summary[], scenarios: readonly Scenario[]): string {
  const rows = scenarios.flatMap(({ name, title }) => [
    [`**${name}: ${title}**`, ...columns.slice(1).map(() => "")],
    ...lines
      .filter(({ scenario }) => scenario === name)
      .map((line) => columns.map(([, cell]) => cell(line))),
  ]);
  const heads = columns.map(([head]) => head);
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, at) =>
    at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [lineOf(heads), lineOf(rule), ...rows.map(lineOf)].join("\n");
}

const whole = (value: number | null) =>
  value === null ? "–" : Math.round(value).toLocaleString("en");
const ratio = (value: number | null) => (value === null ? "–" : value.toFixed(2));
const share = (value: number | null) => (value === null ? "–" : `${Math.round(value * 100)} %`);
