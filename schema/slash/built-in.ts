import { limits } from "../limits.ts";
import { type Registry, type SlashCommand, extended } from "./registry.ts";

const commands = [
  {
    name: "me",
    help: "Says what you do, after your name.",
    args: [{ name: "text", type: "text" }],
  },
  {
    name: "shrug",
    help: "Sends a shrug, after your text.",
    args: [{ name: "text", type: "text", optional: true }],
  },
  {
    name: "topic",
    help: "Changes what the room is about.",
    args: [{ name: "text", type: "line", characters: limits.topic_characters }],
  },
  {
    name: "invite",
    help: "Adds people to the room.",
    args: [{ name: "@user…", type: "users" }],
  },
  { name: "leave", help: "Leaves the room.", args: [] },
  {
    name: "mute",
    help: "Mutes the room for you: 10m, 2h, 1d, or until you unmute it.",
    args: [{ name: "duration", type: "duration", optional: true }],
  },
  {
    name: "remind",
    help: "Reminds you: in 10m, 2h or 1d, tomorrow, at 14:30, or tomorrow 9:00.",
    args: [
      { name: "when", type: "when" },
      { name: "text", type: "line", characters: limits.note_characters },
    ],
  },
  {
    name: "help",
    help: "Shows what can be asked with a slash.",
    args: [{ name: "command", type: "command", optional: true }],
  },
] as const satisfies readonly SlashCommand[];

export type BuiltIn = (typeof commands)[number];

/** What every deployment understands. */
export const builtIn: Registry<BuiltIn> = extended(new Map<string, BuiltIn>(), commands);
