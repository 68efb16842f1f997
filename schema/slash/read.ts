import * as v from "valibot";
import type { UserId } from "../ids.ts";
import { limits } from "../limits.ts";
import { line } from "../text.ts";
import { referenceAt } from "../text/references.ts";
import {
  type Arg,
  type ArgValues,
  type AskedOf,
  type Registry,
  type SlashCommand,
  usageOf,
} from "./registry.ts";
import { durationOf, whenOf } from "./when.ts";

/** Why something that begins with a slash was not understood. The sentences are for people, and may change. */
export const slashFaults = {
  unknown_command: "There is no such command.",
  missing: "Something is missing.",
  bad_line: "This has to be one line of visible text, and not too long.",
  bad_users: "Name people with @, and not too many at once.",
  bad_duration: "Write how long as 10m, 2h or 1d.",
  bad_when: "Write when as 10m, 2h, 1d, tomorrow or 14:30.",
  too_much: "There is more than this command takes.",
} as const;
export type SlashFault = keyof typeof slashFaults;

export type Read<C extends SlashCommand> =
  /** An ordinary message, and the source to send. */
  | { readonly kind: "none"; readonly text: string }
  | AskedOf<C>
  | {
      readonly kind: "wrong";
      readonly code: SlashFault;
      readonly name: string;
      /** How it would be right; null where nobody knows the command. */
      readonly usage: string | null;
    };

/** `/name`, alone or with a space after it: `/usr/bin` is something that people write. */
const asking = /^\/([a-z][a-z0-9-]*)(?:\s+([^]*))?$/i;

/** What a text that somebody typed asks for. Nothing happens here; `meaning` says what each leads to. */
export function readSlash<C extends SlashCommand>(text: string, registry: Registry<C>): Read<C> {
  if (text.startsWith("//")) return { kind: "none", text: text.slice(1) };
  const match = asking.exec(text);
  if (match === null) return { kind: "none", text };
  const name = (match[1] ?? "").toLowerCase();
  const command = registry.get(name);
  if (command === undefined) return { kind: "wrong", code: "unknown_command", name, usage: null };
  const args = argsIn((match[2] ?? "").trim(), command.args, registry);
  return typeof args === "string"
    ? { kind: "wrong", code: args, name, usage: usageOf(command) }
    : ({ kind: "asked", name: command.name, args } as AskedOf<C>);
}

type Value = ArgValues[keyof ArgValues];

function argsIn(
  text: string,
  args: readonly Arg[],
  registry: Registry,
): Record<string, Value | undefined> | SlashFault {
  const values: Record<string, Value | undefined> = {};
  let rest = text;
  for (const arg of args) {
    if (rest === "") {
      if (arg.optional !== true) return "missing";
      values[arg.name] = undefined;
      continue;
    }
    const taken = takers[arg.type](rest, arg, registry);
    if (typeof taken === "string") return taken;
    values[arg.name] = taken.value;
    rest = taken.rest;
  }
  return rest === "" ? values : "too_much";
}

type Taken = { readonly value: Value; readonly rest: string } | SlashFault;

const takers: Readonly<
  Record<keyof ArgValues, (text: string, arg: Arg, registry: Registry) => Taken>
> = {
  text: (text) => ({ value: text, rest: "" }),
  line: (text, { characters = limits.topic_characters }) => {
    const read = v.safeParse(line(1, characters), text);
    return read.success ? { value: read.output, rest: "" } : "bad_line";
  },
  users: (text) => {
    const users = usersIn(text);
    return users === null ? "bad_users" : { value: users, rest: "" };
  },
  duration: (text) => {
    const { word, rest } = firstWord(text);
    const value = durationOf(word);
    return value === null ? "bad_duration" : { value, rest };
  },
  when: (text) => {
    const found = whenOf(text);
    return found === null ? "bad_when" : { value: found.when, rest: found.rest };
  },
  command: (text, _, registry) => {
    const { word, rest } = firstWord(text);
    const name = word.replace(/^\//, "").toLowerCase();
    return registry.has(name) ? { value: name, rest } : "unknown_command";
  },
};

function firstWord(text: string): { word: string; rest: string } {
  const [, word = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
  return { word, rest };
}

/** People, with or without spaces or commas between them, each once. */
function usersIn(text: string): UserId[] | null {
  const users = new Set<UserId>();
  for (let at = 0; at < text.length;) {
    const found = referenceAt(text, at);
    if (found?.is.type !== "user") return null;
    users.add(found.is.user_id);
    at = found.end + (/^[\s,]*/.exec(text.slice(found.end))?.[0].length ?? 0);
    if (users.size > limits.slash_users) return null;
  }
  return [...users];
}
