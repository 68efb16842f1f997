import type { Answer } from "../../../schema/rpc.ts";
import type { ReceiptAnswer } from "../../../schema/http.ts";
import { limits } from "../../../schema/limits.ts";
import { LocalRoom, callerOf } from "../../support/local-room.ts";
import { SimulatedArchive } from "./archive.ts";
import type { Asked } from "./client.ts";
import { SimulatedClient } from "./client.ts";
import { SimulatedInboxes } from "./inboxes.ts";
import { SimulatedNetwork } from "./network.ts";
import type { Reached } from "./reached.ts";
import { wishOf } from "./wishes.ts";

export class Crash extends Error {}

/**
 * One history: people who act, a network that drops, repeats and reorders, a room that crashes between any two steps,
 * a clock that jumps, an archive that misses notices. All of it follows from the seed.
 */
export class History {
  readonly room: LocalRoom;
  readonly archive: SimulatedArchive;
  readonly network: SimulatedNetwork;
  readonly inboxes: SimulatedInboxes;
  readonly clients = ["ada", "bo", "cy", "dee"].map((name) => new SimulatedClient(name));
  #commands = 0;
  #crashed = false;
  #committed = false;

  readonly reached: Reached;

  constructor(seed: number, reached: Reached) {
    this.reached = reached;
    this.room = new LocalRoom(seed);
    this.archive = new SimulatedArchive(this.room);
    this.network = new SimulatedNetwork(this.room, this.clients, reached);
    const { room, clients, network } = this;
    this.inboxes = new SimulatedInboxes({ room, clients, network, reached });
    this.room.deliver = (through) => this.archive.notice(through);
  }

  async run(actions: number): Promise<void> {
    await this.#create();
    for (let action = 0; action < actions; action += 1) {
      await this.#act();
      this.inboxes.cursorsOnlyGrow();
    }
    await this.heal();
  }

  /** Faults stop; everyone comes back and finishes what they had begun. */
  async heal(): Promise<void> {
    this.#crashed = false;
    this.room.step = () => {};
    this.inboxes.heal();
    for (let round = 0; round < 40; round += 1) {
      this.room.now_ms += 600_000;
      this.room.settle();
      for (const client of this.clients) {
        this.network.hangUp(client);
        this.network.comeBack(client);
        for (const asked of client.pending.values()) this.#askOverHttp(client, asked);
      }
      this.network.exchangeAll();
      await this.#alarm(true);
      // What was to be sent later may have been sent just now.
      this.network.exchangeAll();
      await this.archive.catchUp();
      if (this.clients.every((client) => client.pending.size === 0) && round > 1) return;
    }
    throw new Error("not all commands were answered although all faults have stopped");
  }

  async #create(): Promise<void> {
    const ada = this.room.random.pick(this.clients.slice(0, 3));
    const members = this.clients.slice(0, 3).map((client) => client.user_id);
    const asked = this.#asks("create", { kind: "channel", name: "Simulated", members });
    ada.pending.set(asked.command_id, asked);
    while (ada.pending.size > 0) await this.#withFaults(async () => this.#askOverHttp(ada, asked));
    // The clock jumps by hours, and deletions are to be taken back all the same.
    const settings = { restore_window_ms: limits.restore_window_ms_max };
    this.#askOverHttp(ada, this.#asks("change", { settings }));
    for (const client of this.clients) this.network.comeBack(client);
  }

  async #act(): Promise<void> {
    const { random } = this.room;
    const client = random.pick(this.clients);
    const dice = random.int(100);
    if (dice < 14) return this.#newCommand(client);
    if (dice < 32) {
      if (random.chance(0.2)) await this.#withFaults(async () => this.inboxes.reads(client));
      if (random.chance(0.2))
        await this.#withFaults(async () => this.inboxes.changesTheirOwn(client));
      return this.#transmit(client);
    }
    if (dice < 54) return this.#withFaults(async () => this.network.deliverUp(client));
    if (dice < 76) return this.network.deliverDown(client);
    if (dice < 81) return this.#withFaults(async () => this.room.settle());
    if (dice < 88) return this.network.comeBack(client);
    if (dice < 90) return this.network.hangUp(client);
    if (dice < 91) return this.#evict();
    if (dice < 93) return this.#stepClock();
    if (dice < 96) return this.#withFaults(() => this.#alarm(false));
    if (dice < 97) return this.#rarely(client);
    if (dice < 98) return this.#withFaults(() => this.archive.catchUp());
    const [asked] = client.pending.values();
    if (asked) await this.#withFaults(async () => this.#askOverHttp(client, asked));
  }

  async #rarely(client: SimulatedClient): Promise<void> {
    const dice = this.room.random.int(6);
    if (dice === 0) return this.#withFaults(async () => this.inboxes.signsOut(client));
    if (dice === 1) return this.#withFaults(async () => this.inboxes.forgets(client));
    this.inboxes.arriveLate();
  }

  /** One thing the room does, with a chance that it dies in the middle of it. */
  async #withFaults(work: () => Promise<void>): Promise<void> {
    const { random } = this.room;
    let countdown = random.chance(0.12) ? 1 + random.int(36) : 0;
    this.#committed = false;
    this.room.step = (what) => {
      countdown -= 1;
      if (countdown === 0) {
        this.#crashed = true;
        throw new Crash(what);
      }
      if (what === "send") this.#committed = true;
    };
    try {
      await work();
    } catch (error) {
      if (!this.#crashed) throw error;
    }
    this.room.step = () => {};
    if (this.#crashed) this.#die();
    for (const client of this.clients) client.collect();
  }

  #die(): void {
    this.#crashed = false;
    this.reached.crashes += 1;
    if (this.#committed) this.reached.crashes_after_commit += 1;
    const spares_sockets = this.room.random.chance(0.3);
    for (const client of this.clients) {
      client.collect();
      if (!spares_sockets && client.line) {
        this.room.world.sockets.delete(client.line.socket);
        client.line = null;
      }
    }
    this.room.wake();
  }

  #evict(): void {
    this.reached.evictions += 1;
    this.room.wake();
  }

  #stepClock(): void {
    const back = this.room.random.chance(0.4);
    if (back) this.reached.clock_steps_back += 1;
    this.room.now_ms += (back ? -1 : 1) * this.room.random.int(3_600_000);
  }

  async #alarm(certain: boolean): Promise<void> {
    const { alarm_at } = this.room.world;
    if (
      alarm_at === null ||
      (!certain && alarm_at > this.room.now_ms && this.room.random.chance(0.5))
    )
      return;
    this.reached.alarms += 1;
    this.room.world.alarm_at = null;
    await this.room.engine.alarm();
  }

  #asks(type: string, fields: Record<string, unknown> = {}): Asked {
    this.#commands += 1;
    return { type, command_id: this.room.newId("command"), ...fields };
  }

  async #newCommand(client: SimulatedClient): Promise<void> {
    const { room, clients: people } = this;
    const { saying } = this.inboxes;
    const text = `${client.name} ${this.#commands}`;
    const asked = room.random.chance(0.03)
      ? this.#reused(client, text)
      : this.#asks(...wishOf({ room, client, people, saying, text }));
    client.pending.set(asked.command_id, asked);
    // Some go at once, so that there is something in the room to edit, to delete and to take back.
    if (room.random.chance(0.4))
      await this.#withFaults(async () => this.#askOverHttp(client, asked));
  }

  /** A client that is wrong: it uses an id again for something else. */
  #reused(client: SimulatedClient, text: string): Asked {
    const [used] = client.receipts.keys();
    const asked = this.#asks("send", { text: `${text}, again` });
    if (!used) return asked;
    this.reached.reused_ids += 1;
    return { ...asked, command_id: used as Asked["command_id"] };
  }

  #transmit(client: SimulatedClient): void {
    const overSocket = [...client.pending.values()].filter(
      (asked) => !["join", "create"].includes(asked.type),
    );
    if (!client.line || overSocket.length === 0) return this.#joinIfStranger(client);
    client.line.up.push(JSON.stringify(this.room.random.pick(overSocket)));
  }

  #joinIfStranger(client: SimulatedClient): void {
    const asked = [...client.pending.values()].find(({ type }) => type === "join");
    if (asked) this.#askOverHttp(client, asked);
    else if (this.room.random.chance(0.2)) client.pending.set(...this.#entry(this.#asks("join")));
  }

  #entry(asked: Asked): [string, Asked] {
    return [asked.command_id, asked];
  }

  #askOverHttp(client: SimulatedClient, asked: Asked): void {
    const { engine } = this.room;
    client.isHeard(asked.command_id);
    engine.submit(callerOf(client.name), asked, (answer: Answer<ReceiptAnswer>) => {
      // An answer of a life that has ended reaches nobody.
      if (this.room.engine !== engine || this.#crashed) return;
      if (answer.ok) client.answered(asked.command_id, answer.value.receipt);
      else client.turnedDown(asked.command_id, answer.refusal);
    });
    this.room.settle();
  }
}
