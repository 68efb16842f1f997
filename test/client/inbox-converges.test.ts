import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { InboxHandle } from "../../client/inbox.ts";
import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import { deriveId } from "../../schema/ids.ts";
import { FakeHome, type HomeSocket } from "./fake-home.ts";

const tea = deriveId("room", "tea");
const bo = deriveId("user", "bo");

type Fate = "arrives" | "lost" | "twice" | "late";
type Step = "draft" | "status" | "request" | "cancel" | "cut" | "pass" | "restore";
const fates = fc.array(fc.constantFrom<Fate>("arrives", "arrives", "lost", "twice", "late"), {
  minLength: 1,
  maxLength: 40,
});
const steps = fc.array(
  fc.tuple(
    fc.constantFrom("desk", "pocket"),
    fc.constantFrom<Step>(
      "draft",
      "draft",
      "status",
      "request",
      "cancel",
      "cut",
      "pass",
      "restore",
    ),
  ),
  { minLength: 1, maxLength: 25 },
);

class TwoDevices {
  readonly home = new FakeHome();
  readonly inboxes = new Map<string, InboxHandle>();
  readonly answered: Promise<unknown>[] = [];
  #late: (() => void)[] = [];
  #frame = 0;
  #edit = 0;

  constructor(given: readonly Fate[]) {
    this.home.way = (frame, socket) => {
      const fate = given[this.#frame % given.length];
      this.#frame += 1;
      return this.#meets(frame, socket, fate);
    };
  }

  #meets(frame: InboxDown, socket: HomeSocket, fate: Fate | undefined): InboxDown[] {
    if (fate === "lost") return [];
    if (fate === "twice") return [frame, frame];
    if (fate !== "late") return [frame];
    this.#late.push(() => socket.down(frame));
    return [];
  }

  arrive(): void {
    const late = this.#late.toReversed();
    this.#late = [];
    for (const then of late) then();
  }

  async does(name: string, step: Step): Promise<void> {
    const { home } = this;
    const inbox = this.inboxes.get(name)!;
    this.#edit += 1;
    const text = `${name} ${this.#edit}`;
    const ask = (wanted: Parameters<InboxHandle["command"]>[0]) =>
      void this.answered.push(inbox.command(wanted));
    if (step === "draft") ask({ type: "draft", room_id: tea, text, edited_at: this.#edit });
    if (step === "status") ask({ type: "status", status: { text, emoji: "", until: null } });
    if (step === "request" || step === "cancel") ask({ type: step, user_id: bo });
    if (step === "restore") home.inbox.restored();
    if (step === "cut") for (const socket of [...home.sockets]) socket.breaks();
    if (step !== "pass") return;
    await home.clock.advance(3_000);
    this.arrive();
  }
}

test("CIN-10: two devices under drop, repeat, delay and cut end with the inbox's own state, and every command is answered", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fates, async (given, fate) => {
      const two = new TwoDevices(fate);
      const { home } = two;
      for (const name of ["desk", "pocket"]) {
        const { inbox } = await home.opens(name);
        two.inboxes.set(name, inbox);
      }
      for (const [name, step] of given) await two.does(name, step);
      home.way = (frame) => [frame];
      two.arrive();
      for (const socket of [...home.sockets]) socket.breaks();
      await home.clock.advance(120_000);
      for (const inbox of two.inboxes.values()) {
        expect(inbox.state().inbox).toEqual(home.inbox.state());
        expect(inbox.state()).toMatchObject({ status: { name: "online" }, waiting_commands: 0 });
      }
      await Promise.all(two.answered);
    }),
    { numRuns: 200 },
  );
}, 60_000);
