import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { databases } from "../local/databases.ts";
import { PlainError, root } from "../local/paths.ts";
import { freePort } from "../local/ports.ts";
import { quietEnvironment, runWrangler } from "../local/wrangler.ts";
import { makeSecrets } from "../secrets.ts";

// wrangler's own: another copy would bring another workerd.
const require = createRequire(join(root, "node_modules/wrangler/package.json"));
const { Miniflare, convertV4MiniflareOptions } = require("miniflare") as typeof import("miniflare");

export const results = join(root, "bench-results");
const built = join(root, "dist/bench");

/** Builds the Worker as a deployment would, into a folder that only the bench reads. */
export async function buildWorker(): Promise<void> {
  // wrangler.toml names the folder of the page, which is not part of what is measured.
  mkdirSync(join(root, "dist/web"), { recursive: true });
  mkdirSync(results, { recursive: true });
  const args = ["deploy", "--dry-run", "--outdir", built];
  const { code, output } = await runWrangler(args, quietEnvironment(results));
  if (code !== 0) throw new PlainError(`The Worker could not be built:\n${output}`);
}

export interface BenchServer {
  readonly url: string;
  /** Of the one workerd process. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/**
 * The built Worker in one workerd, reached by a socket of its own: nothing of the development server is in between.
 * The databases lie on the disk of this repository, since a temporary folder may be memory, where a commit costs
 * nothing.
 */
export async function startServer(): Promise<BenchServer> {
  const state = mkdtempSync(join(results, "state-"));
  const port = await freePort();
  const secrets = await makeSecrets();
  const server = new Miniflare(await optionsFor({ port, state, secrets }));
  await server.ready;
  await migrate(server);
  const stop = async () => {
    await server.dispose();
    rmSync(state, { recursive: true, force: true, maxRetries: 3 });
  };
  return { url: `http://127.0.0.1:${port}`, pid: workerdPid(), stop };
}

type Server = InstanceType<typeof Miniflare>;

interface Place {
  readonly port: number;
  readonly state: string;
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>;
}

async function optionsFor({ port, state, secrets }: Place) {
  // In a folder of its own, so that a developer's .dev.vars stay out of it.
  const config = join(state, "wrangler.toml");
  cpSync(join(root, "wrangler.toml"), config);
  // Its own words are about secrets that it has not found; they are given below.
  process.env.WRANGLER_LOG = "none";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  const { assets: _, rootPath: _rootPath, modulesRules: _rules, ...options } = workerOptions;
  const bench = {
    name: "bench",
    ...options,
    modules: modules(),
    modulesRoot: root,
    bindings: {
      CORS_ORIGINS: "",
      LOG_LEVEL: "error",
      RECEIPT_KEYS: JSON.stringify(secrets.RECEIPT_KEYS),
      TOKEN_KEYS: JSON.stringify(secrets.TOKEN_KEYS),
    },
    durableObjects: {
      ROOM: { className: "Room", useSQLite: true },
      INBOX: { className: "Inbox", useSQLite: true },
      BARE: { className: "BareRoom", useSQLite: true },
      COALESCING: { className: "CoalescingRoom", useSQLite: true },
    },
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
  };
  return convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: await freePort(),
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    // workerd remarks on every alarm that is moved while it runs.
    handleStructuredLogs({ level, message }) {
      if (level === "error" && !message.startsWith("NOSENTRY")) console.error(message);
    },
    resourcePersistencePath: join(state, "storage"),
    workers: [bench],
  });
}

/** The room and the archive's consumer are the deployment's own, byte for byte; only the way in is the bench's. */
const ENTRY = `
import built from "../../dist/bench/main.js";
import { fetch } from "./worker.ts";
export { Inbox, Room } from "../../dist/bench/main.js";
export { BareRoom, CoalescingRoom } from "./bare.ts";
export default { fetch, queue: built.queue };
`;

function modules() {
  const esm = (path: string, contents: string) => ({
    type: "ESModule" as const,
    path: join(root, path),
    contents,
  });
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  // What these import of the contract are constants, so that no second bundle is needed.
  const sources = [
    "scripts/bench/worker.ts",
    "scripts/bench/bare.ts",
    "schema/rpc.ts",
    "schema/version.ts",
  ];
  return [
    esm("scripts/bench/entry.js", ENTRY),
    esm("dist/bench/main.js", read("dist/bench/main.js")),
    ...sources.map((path) => esm(path, stripTypeScriptTypes(read(path)))),
  ];
}

async function migrate(server: Server): Promise<void> {
  for (const database of databases) {
    const files = globSync(`migrations/${database.replace(/_\d+$/, "").toLowerCase()}/*.sql`, {
      cwd: root,
    }).toSorted();
    const db = await server.getD1Database(database, "bench");
    for (const file of files) {
      for (const query of unstable_splitSqlQuery(readFileSync(join(root, file), "utf8")))
        await db.prepare(query).run();
    }
  }
}

/** Where the system tells: so that the time it was busy can stand beside what it did. */
function workerdPid(): number | null {
  for (const path of globSync(`/proc/${process.pid}/task/*/children`)) {
    for (const child of readFileSync(path, "utf8").split(" ").filter(Boolean)) {
      if (readFileSync(`/proc/${child}/cmdline`, "utf8").includes("workerd")) return Number(child);
    }
  }
  return null;
}
