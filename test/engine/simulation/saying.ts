import type { MessageId, UserId } from "../../../schema/ids.ts";
import { writeReference } from "../../../schema/text/references.ts";
import type { LocalRoom } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";
import type { Reached } from "./reached.ts";

interface Row {
  readonly message_id: MessageId;
  readonly author: UserId;
  readonly deleted_at: number | null;
  readonly parent: MessageId | null;
}

/** What people say about messages. They know of more of them than reached their devices: people talk. */
export class Saying {
  readonly #room: LocalRoom;
  readonly #clients: readonly SimulatedClient[];
  readonly #reached: Reached;

  constructor(room: LocalRoom, clients: readonly SimulatedClient[], reached: Reached) {
    this.#room = room;
    this.#clients = clients;
    this.#reached = reached;
  }

  #some(is: (row: Row) => boolean): MessageId | null {
    const { room_id } = this.#room.engine.context.room() ?? {};
    if (!room_id) return null;
    const found = (this.#room.rows("messages") as unknown as Row[]).filter(is);
    return found.length > 0 ? this.#room.random.pick(found).message_id : null;
  }

  /** One of theirs, and now and then another's, or none at all. */
  message({ user_id }: SimulatedClient): MessageId {
    const { random } = this.#room;
    const is_own = random.chance(0.8);
    const known = random.chance(0.9)
      ? this.#some(({ author }) => !is_own || author === user_id)
      : null;
    return known ?? this.#room.newId("message");
  }

  root(): MessageId | null {
    return this.#some(({ parent }) => parent === null);
  }

  /** Now and then in a thread, and now and then it calls people. */
  said(text: string): Record<string, unknown> {
    const { random } = this.#room;
    const said = { text: this.calling(text) };
    const parent = random.chance(0.4) ? this.root() : null;
    if (!parent) return said;
    this.#reached.replies += 1;
    return { ...said, parent, in_room: random.chance(0.3) };
  }

  calling(text: string): string {
    const { random } = this.#room;
    if (random.chance(0.7)) return text;
    this.#reached.calls += 1;
    const { user_id } = random.pick(this.#clients);
    const who = random.pick([
      { type: "user", user_id },
      { type: "user", user_id },
      { type: "everyone" },
      { type: "role", role: "member" },
    ] as const);
    return `${writeReference(who)} ${text}`;
  }

  /** A deletion, or where something of theirs is deleted already, half of the time its end. */
  takingBack(client: SimulatedClient): [string, { message_id: MessageId }] {
    const { user_id } = client;
    const deleted = this.#some((row) => row.deleted_at !== null && row.author === user_id);
    if (!deleted || this.#room.random.chance(0.5))
      return ["delete", { message_id: this.message(client) }];
    this.#reached.restorations += 1;
    return ["restore", { message_id: deleted }];
  }
}
