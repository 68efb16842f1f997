import type { LocalRoom } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";
import type { Saying } from "./saying.ts";

/** What somebody comes to want: a command's type, and the rest of it. */
export type Wish = readonly [type: string, fields?: Record<string, unknown>];

interface Wishing {
  readonly room: LocalRoom;
  readonly client: SimulatedClient;
  readonly people: readonly SimulatedClient[];
  readonly saying: Saying;
  readonly text: string;
}

const emoji = ["👍", "❤️", "🎂"];

/** So often in a hundred somebody wants this; whether they may is the room's to say. */
const wishes: readonly [percent: number, (of: Wishing) => Wish][] = [
  [42, ({ saying, text }) => ["send", saying.said(text)]],
  [
    7,
    ({ room, text }) => [
      "schedule",
      { text, send_at: room.now_ms + 1 + room.random.int(1_200_000) },
    ],
  ],
  [
    12,
    ({ saying, client, text }) => [
      "edit",
      { message_id: saying.message(client), text: saying.calling(text) },
    ],
  ],
  [14, ({ saying, client }) => saying.takingBack(client)],
  [5, (of) => ["react", { ...some(of), emoji: of.room.random.pick(emoji) }]],
  [3, (of) => ["unreact", { ...some(of), emoji: of.room.random.pick(emoji) }]],
  [2, (of) => ["pin", some(of)]],
  [1, (of) => ["unpin", some(of)]],
  [1, ({ text }) => ["change", { topic: text }]],
  [2, (of) => ["role", { ...someone(of), role: of.room.random.pick(["owner", "member"]) }]],
  [1, (of) => ["remove", someone(of)]],
  [4, () => ["leave"]],
  [6, () => ["join"]],
];

export function wishOf(of: Wishing): Wish {
  let dice = of.room.random.int(wishes.reduce((sum, [percent]) => sum + percent, 0));
  for (const [percent, wish] of wishes) {
    if (dice < percent) return wish(of);
    dice -= percent;
  }
  return ["join"];
}

const some = ({ saying, client }: Wishing) => ({ message_id: saying.message(client) });
const someone = ({ room, people }: Wishing) => ({ user_id: room.random.pick(people).user_id });
