import type { ShownMessage } from "../../client/index.ts";
import type { UserId } from "../../schema/ids.ts";

export type Row =
  | { kind: "day"; key: string; at: number }
  /** `opens`: the first of a group carries the author's name and the time. */
  | { kind: "message"; key: string; message: ShownMessage; opens: boolean };

/** Messages of one author that follow each other within this time stand together. */
export const GROUP_MS = 5 * 60_000;

/** What is said in a thread only stands there; here it is counted on the message that it answers. */
export const inRoom = (messages: readonly ShownMessage[]): readonly ShownMessage[] =>
  messages.filter((message) => message.in_room);

/** Messages as rows: a line for each new day, and groups by author. */
export function rowsOf(messages: readonly ShownMessage[], dayOf: (at: number) => string): Row[] {
  const rows: Row[] = [];
  let before: ShownMessage | null = null;
  for (const message of messages) {
    const newDay: boolean = before === null || dayOf(before.at) !== dayOf(message.at);
    if (newDay)
      rows.push({
        kind: "day",
        key: `day ${dayOf(message.at)} ${message.message_id}`,
        at: message.at,
      });
    const opens: boolean =
      newDay || before?.author !== message.author || message.at - before.at > GROUP_MS;
    rows.push({ kind: "message", key: message.message_id, message, opens });
    before = message;
  }
  return rows;
}

/** What a listener should hear: the words of others that came at the end since the last time. */
export function newWords(
  before: readonly ShownMessage[],
  now: readonly ShownMessage[],
  me: UserId,
): readonly ShownMessage[] {
  const last = before.at(-1)?.seq;
  if (last === undefined) return [];
  const heard = Math.max(
    ...before.filter((message) => message.state === "sent").map((message) => message.seq),
    0,
  );
  return now.filter(
    (message) => message.seq > heard && message.author !== me && message.text !== null,
  );
}

/** The newest own message that can be changed: what "arrow up" means in an empty composer. */
export function lastOwn(messages: readonly ShownMessage[], me: UserId): ShownMessage | null {
  return messages.findLast((message) => message.author === me && isEditable(message)) ?? null;
}

export function isChangeable(message: ShownMessage): boolean {
  return message.text !== null && message.state !== "failed";
}

/** Nobody puts other words to what was said elsewhere; and of a long text only the beginning is here. */
export const isEditable = (message: ShownMessage): boolean =>
  isChangeable(message) && message.forwarded === null && message.large === null;
