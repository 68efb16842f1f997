import type { RoomId, UserId } from "../ids.ts";
import { FOREVER } from "../inbox.ts";
import { actionSource } from "../text/parse.ts";
import type { BuiltIn } from "./built-in.ts";
import { type AskedOf, type Registry, usageOf } from "./registry.ts";
import { type Clock, momentOf } from "./when.ts";

/** Where and when something was asked. */
export interface AskedIn extends Clock {
  readonly room_id: RoomId;
  readonly registry: Registry;
}

/** One thing to do: a command without its id, for the room or the asker's inbox, or something to show the asker alone. */
export type Meaning =
  | {
      readonly to: "room";
      readonly command:
        | { readonly type: "send"; readonly text: string }
        | { readonly type: "change"; readonly topic: string }
        | { readonly type: "add"; readonly user_id: UserId }
        | { readonly type: "leave" };
    }
  | {
      readonly to: "inbox";
      readonly command:
        | { readonly type: "arrange"; readonly room_id: RoomId; readonly muted_until: number }
        | { readonly type: "remind"; readonly at: number; readonly note: string };
    }
  | { readonly to: "self"; readonly help: readonly Help[] };

export interface Help {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
}

/** As source: the backslashes keep it from being read as emphasis. */
const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

/** What one of the built-in commands leads to. It describes and does nothing, so it can be shown, tried and tested. */
export function meaning(asked: AskedOf<BuiltIn>, context: AskedIn): readonly Meaning[] {
  switch (asked.name) {
    case "me":
      return [{ to: "room", command: { type: "send", text: actionSource(asked.args.text) } }];
    case "shrug": {
      const text = asked.args.text === undefined ? SHRUG : `${asked.args.text} ${SHRUG}`;
      return [{ to: "room", command: { type: "send", text } }];
    }
    case "topic":
      return [{ to: "room", command: { type: "change", topic: asked.args.text } }];
    case "invite":
      return asked.args["@user…"].map((user_id) => ({
        to: "room",
        command: { type: "add", user_id },
      }));
    case "leave":
      return [{ to: "room", command: { type: "leave" } }];
    case "mute":
      return [{ to: "inbox", command: muting(asked.args.duration, context) }];
    case "remind": {
      const { when, text: note } = asked.args;
      return [{ to: "inbox", command: { type: "remind", at: momentOf(when, context), note } }];
    }
    case "help":
      return [{ to: "self", help: helpFor(asked.args.command, context.registry) }];
  }
}

function muting(duration: number | undefined, { room_id, now_ms }: AskedIn) {
  const muted_until = duration === undefined ? FOREVER : now_ms + duration;
  return { type: "arrange", room_id, muted_until } as const;
}

/** One command, or all of them. */
function helpFor(name: string | undefined, registry: Registry): Help[] {
  const commands = [...registry.values()];
  return commands
    .filter((command) => name === undefined || command.name === name)
    .map((command) => ({ name: command.name, usage: usageOf(command), help: command.help }));
}
