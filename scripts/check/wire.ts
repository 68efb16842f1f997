import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { sha256Text } from "../../schema/chain.ts";
import type { Finding } from "./files.ts";

export interface Wire {
  readonly version: number;
  readonly hash: string;
}

export const WIRE_FILE = "schema/version.ts";

/** What the wire looks like, as one hash: the JSON Schema of every union of frames by its name, in RFC 8785. */
export function wireHash(unions: Readonly<Record<string, GenericSchema>>): string {
  // Checks that JSON Schema has no word for, such as well-formed Unicode, are left out.
  const described = Object.entries(unions).map(([name, schema]) => [
    name,
    toJsonSchema(schema, { errorMode: "ignore" }),
  ]);
  return sha256Text(Object.fromEntries(described));
}

/** Version and hash as a `version.ts` has them, of the working tree or of a commit. */
export function parseWire(text: string): Wire | null {
  const version = /^\s*version:\s*(\d+)/m.exec(text)?.[1];
  const hash = /^\s*hash:\s*"([^"]*)"/m.exec(text)?.[1];
  return version === undefined || hash === undefined ? null : { version: Number(version), hash };
}

/** `committed` is what HEAD has; null where there is none. */
export function wire(recorded: Wire, actual: string, committed: Wire | null): Finding[] {
  const faults: string[] = [];
  if (recorded.hash !== actual) {
    faults.push("the wire has moved: bump the version, then `npm run check -- --renew-wire`");
  } else if (committed !== null && committed.hash !== "" && isUnbumped(recorded, committed)) {
    faults.push(`the wire differs from that of version ${committed.version}, and has its number`);
  }
  return faults.map((text) => ({ path: WIRE_FILE, text }));
}

const isUnbumped = (now: Wire, before: Wire) =>
  now.hash !== before.hash && now.version <= before.version;

/** The text of `version.ts` with the hash renewed, or a sentence on why that is not to be done. */
export function renewWire(
  text: string,
  actual: string,
  committed: Wire | null,
): { text: string } | { fault: string } {
  const recorded = parseWire(text);
  if (recorded === null) return { fault: `${WIRE_FILE} has no version and hash to be found.` };
  if (
    committed !== null &&
    committed.hash !== "" &&
    isUnbumped({ ...recorded, hash: actual }, committed)
  ) {
    return {
      fault: `Bump wire.version over ${committed.version} first, and add a line to its history.`,
    };
  }
  return { text: text.replace(/^(\s*hash:\s*)"[^"]*"/m, `$1"${actual}"`) };
}
