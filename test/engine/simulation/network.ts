import type { LocalRoom } from "../../support/local-room.ts";
import type { Line, SimulatedClient } from "./client.ts";
import type { Reached } from "./reached.ts";

/** The lines between the room and its people. It drops, repeats and reorders, which is more than a socket ever does. */
export class SimulatedNetwork {
  readonly room: LocalRoom;
  readonly clients: readonly SimulatedClient[];
  readonly reached: Reached;

  constructor(room: LocalRoom, clients: readonly SimulatedClient[], reached: Reached) {
    this.room = room;
    this.clients = clients;
    this.reached = reached;
  }

  deliverUp(client: SimulatedClient): void {
    const { line } = client;
    const { random } = this.room;
    if (!line) return;
    // Several in one turn: this is where commands come to share a transaction.
    const together = Math.min(line.up.length, 1 + random.int(4));
    if (together > 1) this.reached.batches += 1;
    for (let count = 0; count < together; count += 1) {
      const index = random.int(line.up.length);
      const frame = line.up[index];
      if (!random.chance(0.15)) line.up.splice(index, 1);
      if (frame !== undefined && !random.chance(0.1)) this.#arrives(client, line, frame);
    }
  }

  #arrives(client: SimulatedClient, { socket }: Line, frame: string): void {
    client.isHeard((JSON.parse(frame) as { command_id?: unknown }).command_id);
    this.room.receive(socket, frame);
  }

  deliverDown(client: SimulatedClient): void {
    client.collect();
    const { line } = client;
    const { random } = this.room;
    if (!line || line.down.length === 0) return;
    const index = random.chance(0.7) ? 0 : random.int(line.down.length);
    const frame = line.down[index];
    if (!random.chance(0.1)) line.down.splice(index, 1);
    if (frame && !random.chance(0.08)) this.#hears(client, frame);
  }

  #hears(client: SimulatedClient, frame: Parameters<SimulatedClient["hears"]>[0]): void {
    const before = client.gaps;
    client.hears(frame);
    this.reached.gaps += client.gaps - before;
    if (frame.type === "accepted" && frame.replayed) this.reached.replays += 1;
  }

  comeBack(client: SimulatedClient): void {
    if (client.line) return;
    const socket = this.room.connect(client.name);
    if (typeof socket !== "string") client.open(socket);
  }

  hangUp(client: SimulatedClient): void {
    if (!client.line) return;
    this.room.disconnect(client.line.socket);
    client.line = null;
  }

  /** Everything on every line, in order, until nothing is left. */
  exchangeAll(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const client of this.clients) {
        client.collect();
        const { line } = client;
        if (!line) continue;
        for (const frame of line.up.splice(0)) {
          this.#arrives(client, line, frame);
          moved = true;
        }
        this.room.settle();
        client.collect();
        for (const frame of line.down.splice(0)) {
          this.#hears(client, frame);
          moved = true;
        }
      }
    }
  }
}
