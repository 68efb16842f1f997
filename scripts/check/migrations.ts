import { createHash } from "node:crypto";
import type { Finding, SourceFile } from "./files.ts";

export const DIGESTS_FILE = "migrations/digests.json";

/** An actor's list, as its `tables.ts` exports it. */
export interface ActorMigrations {
  readonly path: string;
  readonly list: readonly { readonly name: string; readonly sql: unknown }[];
}

/** What was recorded: a D1 file by its path, an actor's entry by `path#name`, in the order of the list. */
export type Digests = Readonly<Record<string, string>>;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export function digestsOf(
  files: readonly SourceFile[],
  actors: readonly ActorMigrations[],
): Digests {
  return Object.fromEntries([
    ...files
      .filter(({ path }) => /^migrations\/.+\.sql$/.test(path))
      .map(({ path, text }) => [path, sha256(text)]),
    ...actors.flatMap(({ path, list }) =>
      list.map(({ name, sql }) => [`${path}#${name}`, sha256(JSON.stringify(sql))]),
    ),
  ]);
}

/** What has been applied somewhere is never changed: it would make two deployments differ without a trace. */
export function migrations(recorded: Digests, actual: Digests): Finding[] {
  const fault = (name: string, text: string) => ({
    path: name.split("#")[0] ?? name,
    text: `${name} ${text}`,
  });
  return [
    ...Object.entries(recorded).flatMap(([name, digest]) => {
      if (actual[name] === undefined)
        return [fault(name, "is recorded and gone: migrations are append-only")];
      return actual[name] === digest
        ? []
        : [fault(name, "was changed after it was recorded: add a new one instead")];
    }),
    ...Object.keys(actual)
      .filter((name) => recorded[name] === undefined)
      .map((name) => fault(name, "is new: `npm run check -- --record-migrations`")),
    ...orderFaults(recorded, actual),
  ];
}

/** An actor applies its list from the front: a new entry comes after every recorded one. */
function orderFaults(recorded: Digests, actual: Digests): Finding[] {
  const isNew = (name: string) => recorded[name] === undefined;
  const lists = Map.groupBy(
    Object.keys(actual).filter((name) => name.includes("#")),
    (name) => name.split("#")[0] ?? "",
  );
  return [...lists].flatMap(([path, names]) => {
    const expected = Object.keys(recorded).filter((name) => name.startsWith(`${path}#`));
    const there = names.filter((name) => !isNew(name));
    const moved = there.join() !== expected.filter((name) => there.includes(name)).join();
    const between =
      names.findIndex(isNew) >= 0 &&
      names.slice(names.findIndex(isNew)).some((name) => !isNew(name));
    return moved || between
      ? [{ path, text: "its recorded migrations are not in their place at the front" }]
      : [];
  });
}

/** Adds what is new; what was changed or is gone stays recorded, and so stays a fault. */
export function record(recorded: Digests, actual: Digests): Digests {
  return {
    ...recorded,
    ...Object.fromEntries(Object.entries(actual).filter(([name]) => !(name in recorded))),
  };
}
