import type { UserId } from "../ids.ts";
import { limits } from "../limits.ts";
import type { When } from "./when.ts";

/**
 * What can be asked with a slash, as data: a registry is a value, and a longer one is another value. Bots will add
 * commands of theirs in just this form.
 */
export interface SlashCommand {
  /** Without its slash. */
  readonly name: string;
  /** One sentence for the list of commands. */
  readonly help: string;
  readonly args: readonly Arg[];
}

export interface Arg {
  readonly name: string;
  readonly type: keyof ArgValues;
  readonly optional?: boolean;
  /** The most of a line. */
  readonly characters?: number;
}

/** What each type of argument is read as. `text`, `line` and `users` take all that is left, so they come last. */
export interface ArgValues {
  /** Everything after it, over several lines too. */
  text: string;
  /** The same, in one line in which nothing is hidden. */
  line: string;
  /** One `<@user_…>` or more. */
  users: readonly UserId[];
  /** Milliseconds: `10m`, `2h`, `1d`, `1h30m`. */
  duration: number;
  /** A duration from now, a time of day, `tomorrow`, or `tomorrow` with a time. */
  when: When;
  /** The name of a command of the same registry. */
  command: string;
}

export type Registry<C extends SlashCommand = SlashCommand> = ReadonlyMap<string, C>;

const named = new RegExp(`^[a-z][a-z0-9-]{0,${limits.slash_name_characters - 1}}$`);

/** A registry with more commands. A name is given once: a bot cannot take the place of a command that people know. */
export function extended<C extends SlashCommand, M extends SlashCommand>(
  registry: Registry<C>,
  more: readonly M[],
): Registry<C | M> {
  const all = new Map<string, C | M>(registry);
  for (const command of more) {
    if (!named.test(command.name)) throw new RangeError(`/${command.name} is not a name`);
    if (all.has(command.name)) throw new RangeError(`/${command.name} is given twice`);
    all.set(command.name, command);
  }
  return all;
}

/** How a command is written: `/remind <when> <text>`; what may be left out is in brackets. */
export function usageOf({ name, args }: SlashCommand): string {
  const words = args.map(({ name: arg, optional }) => (optional ? `[${arg}]` : `<${arg}>`));
  return [`/${name}`, ...words].join(" ");
}

type ValueOf<A extends Arg> = A extends { readonly optional: true }
  ? ArgValues[A["type"]] | undefined
  : ArgValues[A["type"]];

/** The arguments of a command, by their names. */
export type ArgsOf<C extends SlashCommand> = {
  readonly [A in C["args"][number] as A["name"]]: ValueOf<A>;
};

/** A command as it was asked, for each command of a registry. */
export type AskedOf<C extends SlashCommand> = C extends SlashCommand
  ? { readonly kind: "asked"; readonly name: C["name"]; readonly args: ArgsOf<C> }
  : never;
