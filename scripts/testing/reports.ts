/** What one stage proved, read from the report that its runner wrote. */
export interface Tally {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly title: string;
  readonly text: string;
}

/** A test that did not run proves nothing, and `npm test` promises that all of them ran. */
const skipped = (title: string): Failure => ({ title, text: "was skipped" });

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

export function readVitest(report: string): Tally {
  const { testResults } = JSON.parse(report) as VitestReport;
  const tests = testResults.flatMap((file) => file.assertionResults);
  const failures = tests
    .filter(({ status }) => status !== "passed")
    .map(({ fullName, status, failureMessages }) =>
      status === "failed"
        ? { title: fullName, text: wordsOf(failureMessages ?? []) }
        : skipped(fullName),
    );
  // A file that could not be loaded has no tests to fail.
  const broken = testResults
    .filter(
      (file) =>
        file.status === "failed" &&
        file.assertionResults.every(({ status }) => status !== "failed"),
    )
    .map(({ name, message }) => ({ title: name, text: message }));
  return { passed: tests.length - failures.length, failures: [...failures, ...broken] };
}

/** A test that ran out of time has no message of its own in this report. */
function wordsOf(messages: readonly string[]): string {
  return messages
    .join("\n")
    .replaceAll("Error: STACK_TRACE_ERROR", "Error: the test ran out of time");
}

// An attribute may hold a bare `>`: Node writes it so.
const testcase = /<testcase((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/** JUnit, as Node, Deno and Bun write it. */
export function readJunit(report: string): Tally {
  const cases = [...report.matchAll(testcase)].map(([, attributes = "", inside = ""]) => ({
    title: unescape(/\sname="([^"]*)"/.exec(attributes)?.[1] ?? ""),
    fault: /<(failure|error)[\s>][\s\S]*?<\/\1>|<(failure|error)\b[^>]*\/>/.exec(inside)?.[0],
    isSkipped: /<skipped\b/.test(inside),
  }));
  const failures = cases.flatMap(({ title, fault, isSkipped }) => {
    if (fault !== undefined) return [{ title, text: textOf(fault) }];
    return isSkipped ? [skipped(title)] : [];
  });
  return { passed: cases.length - failures.length, failures };
}

function textOf(fault: string): string {
  const inside =
    /^<(?:failure|error)(?:\s+[\w:-]+="[^"]*")*\s*>([\s\S]*)<\/(?:failure|error)>$/.exec(
      fault,
    )?.[1] ?? "";
  return unescape(inside.trim() || (/\smessage="([^"]*)"/.exec(fault)?.[1] ?? ""));
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|([a-z]+));/g,
    (all, code: string | undefined, name: string | undefined) =>
      code === undefined ? (entities[name ?? ""] ?? all) : String.fromCodePoint(Number(code)),
  );
}

/** What scripts/check/check.ts writes: a gate is a test. */
export function readGates(report: string): Tally {
  const gates = JSON.parse(report) as { name: string; faults: string[] }[];
  const failures = gates
    .filter(({ faults }) => faults.length > 0)
    .map(({ name, faults }) => ({ title: `gate: ${name}`, text: faults.join("\n") }));
  return { passed: gates.length - failures.length, failures };
}

/** How a runner ended, beside what it reported. */
export interface Ending {
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The last lines that it wrote. */
  readonly tail: string;
}

/**
 * A stage counts for what it reported. One that ended badly without saying so, ran out of time, or ran no test at
 * all has failed once more.
 */
export function tally(report: Tally | null, { code, timedOut, tail }: Ending): Tally {
  const { passed, failures } = report ?? { passed: 0, failures: [] };
  const fault = (title: string) => ({ passed, failures: [...failures, { title, text: tail }] });
  if (timedOut) return fault("the stage ran out of time");
  if (report === null) return fault("the stage ended without a report");
  if (code !== 0 && failures.length === 0)
    return fault(`the stage ended with ${code ?? "a signal"}`);
  if (passed + failures.length === 0) return fault("the stage has no tests");
  return report;
}
