import type { RoomId, UserId } from "../../schema/ids.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import { usageOf } from "../../schema/slash/registry.ts";
import { writeReference } from "../../schema/text/references.ts";

export interface Welcomed {
  readonly user_id: UserId;
  readonly room_id: RoomId;
  /** Empty where the room has none. */
  readonly guidelines: string;
  readonly deployment: string;
}

/** What somebody reads who has just come into their first room. People and rooms are named by their ids, as everywhere. */
export function welcomeText({ user_id, room_id, guidelines, deployment }: Welcomed): string {
  const name = writeReference({ type: "user", user_id });
  const room = writeReference({ type: "room", room_id });
  return [
    `Hello ${name}, welcome to ${deployment}. You have come into your first room: ${room}.`,
    "A **room** is one conversation. What is said in it is kept in one order, the same for all of its members, and you " +
      "can go back to the place where you left off on any of your devices. Direct rooms have two people, groups those " +
      "who were added, and channels everyone who joins.",
    "**Call somebody** with `@` and their name. Whoever calls you is listed in your mentions, over all of your rooms.",
    "**Ask for something** with a slash at the beginning of a message:",
    commands(),
    ...(guidelines === "" ? [] : [`This holds in ${room}:`, quoted(guidelines)]),
    "Nobody answers in here, so it is a good place to try things out.",
  ].join("\n\n");
}

const commands = (): string =>
  [...builtIn.values()].map((one) => `- \`${usageOf(one)}\`: ${one.help}`).join("\n");

/** The words are those of whoever runs the room: the quotation says that they are not ours. */
const quoted = (text: string): string =>
  text
    .split(/\r\n?|\n/)
    .map((line) => `> ${line}`)
    .join("\n");
