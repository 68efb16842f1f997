import { chainFault, genesisHash } from "../../../schema/chain.ts";
import type { LogEvent } from "../../../schema/events.ts";
import type { Watermark } from "../../../schema/rpc.ts";
import type { LocalRoom } from "../../support/local-room.ts";

/** An archive that pulls, as the real one does, and that misses and repeats notices. */
export class SimulatedArchive {
  readonly events = new Map<number, LogEvent>();
  watermark: Watermark | null = null;

  readonly room: LocalRoom;

  constructor(room: LocalRoom) {
    this.room = room;
  }

  async notice(_through: number): Promise<void> {
    const { random } = this.room;
    if (random.chance(0.3)) return;
    if (random.chance(0.2)) throw new Error("the queue does not answer");
    await this.catchUp();
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const step = this.room.engine.archive(this.watermark);
      if (!step) return;
      if (!step.ok) throw new Error(`the room refused its archive: ${step.refusal.code}`);
      const { epoch, events } = step.value;
      if (events.length === 0) return;
      for (const event of events) {
        const seq = (this.watermark?.seq ?? 0) + 1;
        const fault = chainFault(
          event,
          seq,
          this.watermark?.hash ?? genesisHash(this.room.room_id),
        );
        if (fault)
          throw new Error(`the archive was given a broken chain at ${event.seq}: ${fault}`);
        this.events.set(event.seq, event);
        this.watermark = { epoch, seq, hash: event.hash };
      }
    }
  }
}
