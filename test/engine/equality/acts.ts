import { refusal } from "../../../schema/refusals.ts";
import type { MessageId, UserId } from "../../../schema/ids.ts";
import { deriveId, messageIdOf } from "../../../schema/ids.ts";
import { plainMessage } from "../../../schema/message.ts";
import type { LocalRoom } from "../../support/local-room.ts";
import { callerOf, userId } from "../../support/local-room.ts";
import type { Random } from "../../support/random.ts";

/** More than are listed with a reaction, so that somebody is always next. */
export const names = [
  "ada",
  "bo",
  "cy",
  "dee",
  "eli",
  "fay",
  "gus",
  "hal",
  "ida",
  "jo",
  "kim",
  "lou",
  "mo",
];
const emoji = ["👍", "❤️", "🍵"];

/** What has been said so far, for whoever acts next. */
export interface Scene {
  readonly room: LocalRoom;
  readonly random: Random;
  readonly messages: MessageId[];
  /** What everyone has chosen an emoji for. */
  liked?: MessageId;
}

type Fields = Record<string, unknown>;
type Act = (scene: Scene) => Fields;

/** Mostly something recent: things happen around it. */
function some({ messages, random }: Scene): MessageId {
  const among = random.chance(0.5) ? messages.slice(-6) : messages;
  return random.pick(among.length > 0 ? among : [deriveId("message", "none")]);
}
const somebody = ({ random }: Scene): UserId => userId(random.pick(names));
const mark = (scene: Scene): Fields => ({
  message_id: some(scene),
  emoji: scene.random.pick(scene.random.chance(0.5) ? emoji.slice(0, 1) : emoji),
});
const about = (scene: Scene): Fields => ({ message_id: some(scene) });

const acts: Record<string, Act> = {
  send: () => ({ type: "send", text: "said" }),
  whole: (scene) => ({
    type: "send",
    text: `<@${somebody(scene)}> look`,
    quote: some(scene),
    silent: true,
  }),
  reply: (scene) => ({ type: "send", text: "reply", parent: root(scene) }),
  "reply in room": (scene) => ({ type: "send", text: "reply", parent: root(scene), in_room: true }),
  forward: () => ({
    type: "forward",
    from_room: deriveId("room", "other"),
    from_message: deriveId("message", "other"),
  }),
  edit: (scene) => ({ type: "edit", text: "edited", ...about(scene) }),
  delete: (scene) => ({ type: "delete", ...about(scene) }),
  restore: (scene) => ({ type: "restore", ...about(scene) }),
  react: (scene) => ({ type: "react", ...mark(scene) }),
  unreact: (scene) => ({ type: "unreact", ...mark(scene) }),
  "like no more": ({ liked }) => ({ type: "unreact", message_id: liked, emoji: emoji[0] }),
  pin: (scene) => ({ type: "pin", ...about(scene) }),
  unpin: (scene) => ({ type: "unpin", ...about(scene) }),
  rename: ({ random }) => ({ type: "change", name: `Raven ${random.int(9)}`, topic: "tea" }),
  archive: () => ({ type: "change", archived: true }),
  "bring back": () => ({ type: "change", archived: false }),
  settle: ({ random }) => ({
    type: "change",
    settings: random.pick([
      { history: "joined" },
      { history: "all" },
      { posting: "admins" },
      { posting: "everyone" },
      { pins_max: random.int(9) },
    ]),
  }),
  role: (scene) => ({
    type: "role",
    user_id: somebody(scene),
    role: scene.random.pick(["owner", "admin", "member"]),
  }),
  mute: (scene) => ({
    type: "mute",
    user_id: somebody(scene),
    muted_until: scene.random.chance(0.5) ? null : scene.room.now_ms + 20_000,
  }),
  remove: (scene) => ({ type: "remove", user_id: somebody(scene) }),
  leave: () => ({ type: "leave" }),
  join: () => ({ type: "join" }),
  add: (scene) => ({ type: "add", user_id: somebody(scene) }),
};

/** Few are answered, so that threads become long. */
function root(scene: Scene): MessageId {
  const answered = scene.messages.filter((_, place) => place % 12 === 0).slice(-4);
  return scene.random.chance(0.9) ? scene.random.pick(answered) : some(scene);
}

const weights: Record<string, number> = {
  ...{ send: 5, whole: 2, reply: 12, "reply in room": 4, forward: 2 },
  ...{
    edit: 4,
    delete: 14,
    restore: 9,
    react: 14,
    unreact: 12,
    "like no more": 8,
    pin: 3,
    unpin: 2,
  },
  ...{ rename: 1, archive: 0.3, "bring back": 1.5, settle: 3, role: 2, mute: 1 },
  ...{ remove: 1, leave: 0.5, join: 5, add: 1 },
};
const drawn = Object.entries(weights).flatMap(([name, weight]) =>
  Array.from({ length: weight * 10 }, () => name),
);

/** Somebody does something. Whether they may, and whether it makes a difference, the room decides. */
export async function act(scene: Scene): Promise<void> {
  const { random } = scene;
  if (random.chance(0.02)) return everyone(scene, () => ({ type: "join" }));
  if (random.chance(0.05)) {
    const message_id = (scene.liked = some(scene));
    return everyone(scene, () => ({ type: "react", message_id, emoji: emoji[0] }));
  }
  const type = random.pick(drawn);
  const fields = acts[type]?.(scene) ?? {};
  // A deletion is taken back only by whoever asked for it: mostly those are who runs the room.
  const name = random.chance(/delete|restore|settle|archive|back/.test(type) ? 0.8 : 0.2)
    ? "ada"
    : random.pick(names);
  submit(scene, name, fields);
  // What is forwarded is read in another room first.
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

function everyone(scene: Scene, fields: Act): void {
  for (const name of names) submit(scene, name, fields(scene));
}

export function submit({ room, messages }: Scene, name: string, fields: Fields): void {
  const command_id = room.newId("command");
  room.engine.submit(callerOf(name), { command_id, ...fields }, (answer) => {
    if (answer.ok && ["send", "forward"].includes(String(fields["type"])))
      messages.push(messageIdOf(command_id));
  });
}

/** A room from which something can be forwarded. */
export function elsewhere(room: LocalRoom): void {
  const author = userId("zoe");
  const said = { message_id: deriveId("message", "other"), seq: 7, author, text: "there", at: 7 };
  room.neighbour = (room_id) =>
    room_id === deriveId("room", "other")
      ? { ok: true, value: { ...plainMessage, ...said } }
      : { ok: false, refusal: refusal("not_found") };
}
