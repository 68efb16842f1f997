import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { migrateLocally } from "./local/databases.ts";
import { type Group, startGroup } from "./local/group.ts";
import { buildPage } from "./local/page.ts";
import { PlainError } from "./local/paths.ts";
import { isPortFree } from "./local/ports.ts";
import { quietEnvironment, wranglerScript } from "./local/wrangler.ts";
import { ensureSecrets } from "./secrets.ts";

const START_TIMEOUT_MS = 90_000;
/** A server that answers, and says for this long that it is not ready, is up: what it says is shown. */
const UNREADY_MS = 15_000;
const KEPT_LINES = 60;
/** wrangler's warning that it keeps no time: see `keepTime`. */
const SAID_FOR_NOTHING =
  /Scheduled Workers are not|manually trigger a scheduled|cdn-cgi\/local\/scheduled|test-cron-triggers/;
/** As often as the cron in wrangler.toml. */
const SWEEP_MS = 900_000;

/** Settings of a server that people open without Cloudflare before it: nobody vouches for where they come from. */
export const withoutEdge = { ADDRESS_FROM: "none" } as const;

export interface ServeOptions {
  readonly port: number;
  /** The folder of databases, actors, files: what outlives the server. */
  readonly data: string;
  /** Keeps the server's own lines back, unless it does not start. */
  readonly quiet?: boolean;
  /** What the Worker and the actors write: `debug`, `info`, `warn`, `error`. */
  readonly logLevel?: string;
  readonly wranglerLevel?: string;
  /** Settings over those of wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Told before a step that takes a while. */
  readonly onStep?: (step: string) => void;
}

export interface Server {
  readonly url: string;
  /** The server's process group: wrangler, and two workerd below it. */
  readonly pid: number;
  /** What readiness had to say against it; empty where nothing. */
  readonly complaint: string;
  readonly ended: Group["ended"];
  stop(): Promise<void>;
  /** SIGKILL for the whole group. What was acknowledged before is on disk. */
  kill(): Promise<void>;
}

/** Starts what `npm start` starts, and returns when it answers. Ends with this process at the latest. */
export async function serve(options: ServeOptions): Promise<Server> {
  const { port, data, onStep = () => {} } = options;
  mkdirSync(data, { recursive: true });
  await refuseSecondServer(port, data);
  await ensureSecrets();
  onStep("Preparing the databases and the page.");
  await Promise.all([migrateLocally(data), buildPage()]);

  onStep("Starting the server.");
  // A killed server's entry would send its successor's calls to a process that is gone.
  rmSync(join(data, "registry"), { recursive: true, force: true });
  const lines: string[] = [];
  const onLine = (line: string) => {
    const plain = stripVTControlCharacters(line);
    if (plain.trim() === "" || SAID_FOR_NOTHING.test(plain)) return;
    lines.push(plain);
    if (lines.length > KEPT_LINES) lines.shift();
    if (options.quiet !== true) console.error(process.stderr.isTTY ? line : plain);
  };
  const group = startGroup(wranglerScript, wranglerArguments(options), {
    env: quietEnvironment(data),
    onLine,
  });
  writeFileSync(join(data, "server.json"), JSON.stringify({ pid: group.pid, port }));
  const url = `http://localhost:${port}`;
  try {
    const complaint = await ready(url, group);
    keepTime(url, group);
    return {
      url,
      pid: group.pid,
      complaint,
      ended: group.ended,
      stop: group.stop,
      kill: group.kill,
    };
  } catch (error) {
    await group.kill();
    if (!(error instanceof PlainError)) throw error;
    throw new PlainError([error.message, ...(options.quiet === true ? lines : [])].join("\n"));
  }
}

function wranglerArguments({
  port,
  data,
  logLevel,
  wranglerLevel = "warn",
  vars = {},
}: ServeOptions): string[] {
  return [
    ...["dev", "--port", String(port), "--ip", "localhost", "--inspector-port", "0"],
    ...["--persist-to", data, "--log-level", wranglerLevel, "--show-interactive-dev-session=false"],
    ...["--var", `LOG_LEVEL:${logLevel ?? process.env.LOG_LEVEL ?? "warn"}`],
    // This machine sends no mail: /local/mail shows what it would have sent.
    ...["--var", "MAIL_DELIVERY:outbox"],
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}

/** Here nobody else keeps the time that wrangler.toml's cron names: what is due by the clock is done by asking for it. */
function keepTime(url: string, group: Group): void {
  const sweep = () => void ask(`${url}/cdn-cgi/local/scheduled`);
  const timer = setInterval(sweep, SWEEP_MS);
  timer.unref();
  void group.ended.then(() => clearInterval(timer));
  sweep();
}

/** Two servers on one folder would each believe that they own the actors in it. */
async function refuseSecondServer(port: number, data: string): Promise<void> {
  if (!(await isPortFree(port))) {
    throw new PlainError(
      `Port ${port} is in use. Stop what runs there, or choose another: PORT=8788 npm start`,
    );
  }
  const note = join(data, "server.json");
  if (!existsSync(note)) return;
  const { pid, port: other } = JSON.parse(readFileSync(note, "utf8")) as {
    pid: number;
    port: number;
  };
  if (!isAlive(pid) || (await isPortFree(other))) return;
  throw new PlainError(
    `A server on port ${other} uses ${data} already. Stop it, or choose another folder: QUOTH_DATA=…`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for readiness. Returns what it complains of, where the server is up and stays unready. */
async function ready(url: string, group: Group): Promise<string> {
  const before = Date.now() + START_TIMEOUT_MS;
  let unready_since: number | null = null;
  let over = false;
  void group.ended.then(() => (over = true));
  while (Date.now() < before) {
    if (over) throw new PlainError("The server ended before it was ready.");
    const answer = await ask(`${url}/v1/health/ready`);
    if (answer?.status === 200) return "";
    if (answer !== null) {
      unready_since ??= Date.now();
      if (Date.now() - unready_since > UNREADY_MS) return `${answer.status} ${answer.text}`;
    }
    await sleep(100);
  }
  throw new PlainError(`The server did not answer within ${START_TIMEOUT_MS / 1000} seconds.`);
}

async function ask(url: string): Promise<{ status: number; text: string } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  } catch {
    // Nobody listens yet.
    return null;
  }
}
