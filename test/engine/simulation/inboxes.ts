import type { StatementSync } from "node:sqlite";
import type { UserId } from "../../../schema/ids.ts";
import { callerOf } from "../../support/local-room.ts";
import type { Fate } from "../../support/local-inboxes.ts";
import type { LocalRoom } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { Reached } from "./reached.ts";

interface Parts {
  readonly room: LocalRoom;
  readonly clients: readonly SimulatedClient[];
  readonly network: SimulatedNetwork;
  readonly reached: Reached;
}

/** The way from the room to its members' inboxes, with every fault; and what members do that their inboxes hear of. */
export class SimulatedInboxes {
  readonly #parts: Parts;
  #cursors: StatementSync | null = null;
  readonly #highest = new Map<UserId, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.room.inboxes.fate = (_user_id, called) => this.#fate(called);
  }

  #fate(called: string): Fate {
    const { room, reached, clients, network } = this.#parts;
    const { random } = room;
    reached[called === "gone" ? "gone" : "marks"] += 1;
    if (random.chance(0.08)) {
      // The room goes on while it waits for the inbox.
      reached.meanwhile += 1;
      const client = random.pick(clients);
      if (random.chance(0.5)) this.reads(client);
      if (random.chance(0.3)) network.hangUp(client);
      else network.deliverUp(client);
      room.settle();
    }
    const fate = random.int(100);
    if (fate < 70) return "answered";
    reached.untold += 1;
    return fate < 80 ? "lost" : fate < 90 ? "late" : "unanswered";
  }

  /** Over the socket where there is one, which may drop, repeat and reorder it; or else, and sometimes, over HTTP. */
  reads(client: SimulatedClient): void {
    const { room, reached } = this.#parts;
    const { random } = room;
    const seq = Math.max(0, (client.position?.seq ?? 0) + random.int(5) - 3);
    reached.reads += 1;
    if (client.line && random.chance(0.7))
      client.line.up.push(JSON.stringify({ type: "read", seq }));
    else room.engine.read(callerOf(client.name), seq);
  }

  signsOut(client: SimulatedClient): void {
    const { user_id, device_id } = callerOf(client.name);
    const { room, reached } = this.#parts;
    reached.signed_out += 1;
    room.engine.endSession(user_id, device_id);
  }

  /** The account goes, and now and then the room is asked twice, at once. */
  forgets(client: SimulatedClient): void {
    const { room, reached } = this.#parts;
    reached.forgotten += 1;
    const times = room.random.chance(0.3) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      // A room that died, or could not write, is not asked again here: the account's end is another test's.
      room.engine.forget(client.user_id).catch(() => {});
    }
    room.settle();
  }

  arriveLate(): void {
    this.#parts.reached.late += this.#parts.room.inboxes.arriveLate();
  }

  /** Looked at after every action: how far somebody has read is never taken back. */
  cursorsOnlyGrow(): void {
    const { room } = this.#parts;
    if (!this.#cursors && !room.engine.context.room()) return;
    this.#cursors ??= room.world.db.prepare("SELECT user_id, read_seq FROM cursors");
    for (const row of this.#cursors.all()) {
      const { user_id, read_seq } = row as { user_id: UserId; read_seq: number };
      if (read_seq < (this.#highest.get(user_id) ?? 0))
        throw new Error(`the cursor of ${user_id} went back to ${read_seq}`);
      this.#highest.set(user_id, read_seq);
    }
  }

  heal(): void {
    this.#parts.room.inboxes.fate = () => "answered";
    this.arriveLate();
  }

  /** All sockets go, politely or with the machine that they were on; then the room has its time. */
  async everyoneLooksAway(): Promise<void> {
    const { room, clients, network, reached } = this.#parts;
    if (room.random.chance(0.5)) {
      reached.sockets_lost += 1;
      for (const client of clients) client.line = null;
      room.world.sockets.clear();
      room.wake();
    } else for (const client of clients) network.hangUp(client);
    room.settle();
    if (room.random.chance(0.3)) await this.#goesOnUnseen();
    room.inboxes.fate = () => "answered";
    this.arriveLate();
    for (let round = 0; round < 30 && room.rows("timers").length > 0; round += 1)
      await this.#timePasses();
  }

  /** With nobody looking, nothing but the outbox brings the inboxes up to what is said and read. */
  async #goesOnUnseen(): Promise<void> {
    const { room, clients } = this.#parts;
    room.inboxes.fate = (_user_id, called) => this.#fate(called);
    for (let round = 0; round < 3; round += 1) {
      const client = room.random.pick(clients);
      const asked = { type: "send", command_id: room.newId("command"), text: "unseen" };
      if (room.random.chance(0.5)) room.engine.submit(callerOf(client.name), asked, () => {});
      this.reads(room.random.pick(clients));
      await this.#timePasses();
    }
  }

  async #timePasses(): Promise<void> {
    const { room } = this.#parts;
    room.now_ms += 600_000;
    room.settle();
    await room.engine.alarm();
    room.settle();
  }
}
