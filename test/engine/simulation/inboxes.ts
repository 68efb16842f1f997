import type { StatementSync } from "node:sqlite";
import { limits } from "../../../schema/limits.ts";
import type { UserId } from "../../../schema/ids.ts";
import { callerOf } from "../../support/local-room.ts";
import type { Cursor } from "../../../schema/cursors.ts";
import type { Fate } from "../../support/local-inboxes.ts";
import type { LocalRoom } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { Reached } from "./reached.ts";
import { Saying } from "./saying.ts";

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
  readonly saying: Saying;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.saying = new Saying(parts.room, parts.clients, parts.reached);
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
    const type = random.chance(0.3) ? "delivered" : "read";
    const again = type === "read" && random.chance(0.5) ? { ends_mark: true } : {};
    if (client.line && random.chance(0.7))
      client.line.up.push(JSON.stringify({ type, seq, ...again }));
    else room.engine.read(callerOf(client.name), seq);
  }

  /** Marks as unread, follows threads and reads them, ignores people: what concerns nobody but themselves. */
  changesTheirOwn(client: SimulatedClient): void {
    const { room, reached } = this.#parts;
    const { random } = room;
    if (random.chance(0.3)) return this.#prefers(client);
    reached.own_changes += 1;
    const message_id = this.saying.root();
    const seq = Math.max(0, (client.position?.seq ?? 0) - random.int(6));
    const change =
      !message_id || random.chance(0.4)
        ? { type: "unread", seq }
        : random.chance(0.5)
          ? { type: "follow", message_id, follow: random.chance(0.6) }
          : { type: "thread_read", message_id, seq };
    const asked = { ...change, command_id: room.newId("command") };
    if (client.line && random.chance(0.7)) client.line.up.push(JSON.stringify(asked));
    else {
      room.engine.submit(callerOf(client.name), asked, () => {});
      room.settle();
    }
  }

  /** The room is told by the inbox, now or later, or hears of it with a mark's answer, whichever comes first. */
  #prefers({ user_id }: SimulatedClient): void {
    const { room, clients, reached } = this.#parts;
    const { random } = room;
    reached.preferences += 1;
    const inbox = room.inboxes.at(user_id);
    const others = clients.map((client) => client.user_id).filter((id) => id !== user_id);
    const ignores = random.chance(0.6) ? [random.pick(others)] : [];
    const version = inbox.preferences.version + 1;
    const shows_reads = random.chance(0.5);
    inbox.preferences = { version, shows_reads, hidden: random.chance(0.3), ignores };
    if (random.chance(0.5)) room.engine.prefers(user_id, inbox.preferences);
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
    this.#cursors ??= room.world.db.prepare("SELECT user_id, read_seq, delivered_seq FROM cursors");
    for (const row of this.#cursors.all()) {
      const { user_id, read_seq, delivered_seq } = row as unknown as Cursor;
      if (delivered_seq < read_seq) throw new Error(`${user_id} has read what they have not got`);
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
    // What their inboxes have to say of them reaches the room in the end.
    for (const { user_id } of clients)
      room.engine.prefers(user_id, room.inboxes.at(user_id).preferences);
    for (let round = 0; round < 30 && room.rows("timers").length > 0; round += 1)
      await this.#timePasses();
    // Long enough for every deletion to be for good.
    await this.#timePasses(limits.restore_window_ms_max);
  }

  /** With nobody looking, nothing but the outbox brings the inboxes up to what is said and read. */
  async #goesOnUnseen(): Promise<void> {
    const { room, clients } = this.#parts;
    room.inboxes.fate = (_user_id, called) => this.#fate(called);
    for (let round = 0; round < 4; round += 1) {
      for (let act = room.random.int(4); act > 0; act -= 1) this.#acts(room.random.pick(clients));
      this.reads(room.random.pick(clients));
      await this.#timePasses();
    }
  }

  #acts(client: SimulatedClient): void {
    const { room } = this.#parts;
    const { random } = room;
    room.now_ms += random.int(60_000);
    const dice = random.int(10);
    if (dice < 3) return this.changesTheirOwn(client);
    const [type, fields] =
      dice < 6
        ? (["send", this.saying.said("unseen")] as const)
        : dice < 7
          ? ([
              "edit",
              { message_id: this.saying.message(client), text: this.saying.calling("so") },
            ] as const)
          : this.saying.takingBack(client);
    const asked = { type, command_id: room.newId("command"), ...fields };
    room.engine.submit(callerOf(client.name), asked, () => {});
    room.settle();
  }

  async #timePasses(ms = 600_000): Promise<void> {
    const { room } = this.#parts;
    room.now_ms += ms;
    room.settle();
    await room.engine.alarm();
    room.settle();
  }
}
