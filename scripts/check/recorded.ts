import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PlainError, root } from "../local/paths.ts";
import type { Finding, SourceFile } from "./files.ts";
import {
  type ActorMigrations,
  DIGESTS_FILE,
  type Digests,
  digestsOf,
  migrations,
  record,
} from "./migrations.ts";
import { WIRE_FILE, type Wire, parseWire, renewWire, wire, wireHash } from "./wire.ts";

/** The two gates that compare with something written down before, and the commands that write it down. */
export async function wireGate(): Promise<Finding[]> {
  const recorded = parseWire(readFileSync(join(root, WIRE_FILE), "utf8"));
  if (recorded === null) return [{ path: WIRE_FILE, text: "has no version and hash to be found" }];
  return wire(recorded, await currentHash(), committedWire());
}

export async function renewRecordedWire(): Promise<void> {
  const file = join(root, WIRE_FILE);
  const renewed = renewWire(readFileSync(file, "utf8"), await currentHash(), committedWire());
  if ("fault" in renewed) throw new PlainError(renewed.fault);
  writeFileSync(file, renewed.text);
}

export async function migrationsGate(files: readonly SourceFile[]): Promise<Finding[]> {
  return migrations(recordedDigests(), digestsOf(files, await actorMigrations(files)));
}

export async function recordNewMigrations(files: readonly SourceFile[]): Promise<void> {
  const digests = record(recordedDigests(), digestsOf(files, await actorMigrations(files)));
  writeFileSync(join(root, DIGESTS_FILE), `${JSON.stringify(digests, null, 2)}\n`);
}

async function currentHash(): Promise<string> {
  const { UpSchema } = await import("../../schema/frames/up.ts");
  const { DownSchema } = await import("../../schema/frames/down.ts");
  const { InboxUpSchema } = await import("../../schema/frames/inbox/up.ts");
  const { InboxDownSchema } = await import("../../schema/frames/inbox/down.ts");
  return wireHash({
    up: UpSchema,
    down: DownSchema,
    inbox_up: InboxUpSchema,
    inbox_down: InboxDownSchema,
  });
}

function committedWire(): Wire | null {
  try {
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return parseWire(
      execFileSync("git", ["show", `HEAD:${WIRE_FILE}`], {
        cwd: root,
        encoding: "utf8",
        stdio: [...stdio],
      }),
    );
  } catch {
    // No commit yet, or none with this file.
    return null;
  }
}

function recordedDigests(): Digests {
  const file = join(root, DIGESTS_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Digests) : {};
}

async function actorMigrations(files: readonly SourceFile[]): Promise<ActorMigrations[]> {
  const paths = files
    .map(({ path }) => path)
    .filter((path) => /^durable\/[^/]+\/tables\.ts$/.test(path));
  return Promise.all(
    paths.map(async (path) => {
      // By a computed name: scripts import no actor, and this one only reads the list.
      const module = (await import(pathToFileURL(join(root, path)).href)) as Record<
        string,
        unknown
      >;
      const list = Object.values(module).find(isList);
      if (list === undefined) throw new Error(`${path} exports no list of migrations`);
      return { path, list };
    }),
  );
}

function isList(value: unknown): value is ActorMigrations["list"] {
  return (
    Array.isArray(value) &&
    value.every((entry) => typeof entry === "object" && entry !== null && "sql" in entry)
  );
}
