import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Down } from "../../schema/frames/down.ts";
import { messageIdOf, type CommandId } from "../../schema/ids.ts";
import { memoryStorage, type RoomHandle } from "../../client/index.ts";
import { FakeWorld, type FakeSocket } from "./fake-world.ts";

type Fate = "arrives" | "lost" | "twice" | "late";
type Step = "send" | "edit" | "delete" | "bo says" | "cut" | "pass" | "reload";

const fates = fc.array(fc.constantFrom<Fate>("arrives", "arrives", "lost", "twice", "late"), {
  minLength: 1,
  maxLength: 40,
});
const steps = fc.array(
  fc.constantFrom<Step>(
    "send",
    "send",
    "edit",
    "delete",
    "bo says",
    "bo says",
    "cut",
    "pass",
    "reload",
  ),
  { minLength: 1, maxLength: 25 },
);

/** One history: what ada and bo do, and what the network makes of each frame on its way down. */
class History {
  readonly world = new FakeWorld();
  readonly storage = memoryStorage();
  readonly sent: CommandId[] = [];
  readonly #fates: readonly Fate[];
  #frame = 0;
  #late: (() => void)[] = [];
  room!: RoomHandle;

  constructor(given: readonly Fate[]) {
    this.#fates = given;
    this.world.way = (frame, socket) => this.#meets(frame, socket);
  }

  #meets(frame: Down, socket: FakeSocket): Down[] {
    const fate = this.#fates[this.#frame % this.#fates.length];
    this.#frame += 1;
    if (fate === "lost") return [];
    if (fate === "twice") return [frame, frame];
    if (fate === "late") {
      this.#late.push(() => socket.down(frame));
      return [];
    }
    return [frame];
  }

  /** What is late comes in the opposite order. */
  arrive(): void {
    const late = this.#late.toReversed();
    this.#late = [];
    for (const then of late) then();
  }

  async open(): Promise<void> {
    const opened = await this.world.opens(this.world.ada, this.storage);
    this.room = opened.room;
  }

  async does(step: Step): Promise<void> {
    const { world, room } = this;
    const last = this.sent.at(-1);
    if (step === "send") this.sent.push(room.send(`ada ${this.sent.length}`));
    if (step === "edit" && last !== undefined)
      room.edit(messageIdOf(last), `edited ${this.sent.length}`);
    if (step === "delete" && last !== undefined) room.delete(messageIdOf(last));
    if (step === "bo says")
      world.tells(world.room.says(world.bo, `bo ${world.room.events.length}`).seq - 1);
    if (step === "cut") for (const socket of [...world.sockets]) socket.breaks();
    if (step === "pass") {
      await world.clock.advance(3_000);
      this.arrive();
    }
    if (step !== "reload") return;
    room.close();
    await this.open();
  }

  /**
   * The network becomes good, and whatever is still to happen has the time to. A line that lives loses nothing in
   * truth: where the last frame of all was lost, the line broke too.
   */
  async heals(): Promise<void> {
    this.world.way = (frame) => [frame];
    this.arrive();
    for (const socket of [...this.world.sockets]) socket.breaks();
    await this.world.clock.advance(120_000);
  }
}

test("CLI-25: whatever the network drops, repeats, delays and cuts, the client ends with the room's own state", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fates, async (given, fate) => {
      const history = new History(fate);
      await history.open();
      for (const step of given) await history.does(step);
      await history.heals();
      const { world, room, sent } = history;
      // Receipts are proved by WebCrypto, in threads that know nothing of this clock.
      await vi.waitFor(() => expect(room.state().waiting_commands).toBe(0));
      const state = room.state();
      const truth = world.room.data();
      expect(state.status.name).toBe("online");
      expect(state.proof).toMatchObject({ complete_through: world.room.events.length, faults: [] });
      // Where an edit met a deleted message it was refused, and says so; all else is the room's own word.
      expect(
        state.messages.map(({ message_id, text, seq, edited_at, deleted_at }) => ({
          message_id,
          text,
          seq,
          edited_at,
          deleted_at,
        })),
      ).toEqual(
        truth.messages.map(({ message_id, text, seq, edited_at, deleted_at }) => ({
          message_id,
          text,
          seq,
          edited_at,
          deleted_at,
        })),
      );
      const mine = truth.messages
        .filter(({ author }) => author === world.ada)
        .map(({ message_id }) => message_id);
      expect(mine).toEqual(sent.map(messageIdOf));
    }),
    { numRuns: 300 },
  );
}, 60_000);
