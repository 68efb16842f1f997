import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import { newId, type CommandId, type DeviceId, type Epoch, type UserId } from "../../schema/ids.ts";
import type { InboxCommand } from "../../schema/inbox-commands.ts";
import type { InboxEvent, InboxHappening } from "../../schema/inbox-events.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { defaultSettings } from "../../schema/settings.ts";
import { applyEvents } from "../../client/inbox-state.ts";

const nobody: Omit<InboxState, "position"> = {
  rooms: [],
  drafts: [],
  bookmarks: [],
  reminders: [],
  contacts: [],
  blocks: [],
  devices: [],
  settings: defaultSettings,
  self: { mode: "auto", status: null },
};

/** The smallest inbox that keeps its promises: a numbered log, one effect for each command, and a state that follows. */
export class FakeInbox {
  readonly user_id: UserId;
  epoch: Epoch = newId("epoch");
  events: InboxEvent[] = [];
  /** What came before the events that are kept. */
  base: InboxState = { ...nobody, position: { epoch: this.epoch, seq: 0 } };
  readonly #answers = new Map<CommandId, number | null>();

  constructor(user_id: UserId) {
    this.user_id = user_id;
  }

  get seq(): number {
    return this.base.position.seq + this.events.length;
  }

  state(): InboxState {
    return applyEvents(this.base, this.epoch, this.events).state;
  }

  /** A restored log: the same things, under another epoch. */
  restored(): void {
    const state = this.state();
    this.epoch = newId("epoch");
    this.base = { ...state, position: { epoch: this.epoch, seq: 1 } };
    this.events = [];
  }

  forgets(): void {
    this.base = this.state();
    this.events = [];
  }

  appends(happening: InboxHappening | { type: string; body: Record<string, unknown> }): InboxEvent {
    const event = { seq: this.seq + 1, at: 0, ...happening };
    this.events.push(event);
    return event;
  }

  command(command: InboxCommand, device_id: DeviceId): { seq: number | null; replayed: boolean } {
    const known = this.#answers.get(command.command_id);
    if (known !== undefined) return { seq: known, replayed: true };
    const happening = this.#effect(command, device_id);
    const seq = happening === null ? null : this.appends(happening).seq;
    this.#answers.set(command.command_id, seq);
    return { seq, replayed: false };
  }

  #effect(command: InboxCommand, device_id: DeviceId): InboxHappening | null {
    if (command.type === "draft") {
      const { room_id, text, edited_at } = command;
      const known = this.state().drafts.find((draft) => draft.room_id === room_id);
      if (known !== undefined && known.edited_at > edited_at) return null;
      return { type: "draft.changed", body: { draft: { room_id, text, edited_at, device_id } } };
    }
    if (command.type === "status")
      return {
        type: "self.changed",
        body: { self: { ...this.state().self, status: command.status } },
      };
    if (command.type === "request")
      return {
        type: "contact.changed",
        body: { contact: { user_id: command.user_id, state: "requested", since: this.seq } },
      };
    if (command.type === "cancel")
      return { type: "contact.gone", body: { user_id: command.user_id } };
    throw new Error(`this inbox knows no ${command.type}`);
  }

  hello(device_id: DeviceId): InboxDown {
    const { user_id, epoch, seq } = this;
    const limits = { frame_bytes: 131_072, text_bytes: 65_536 };
    return {
      type: "hello",
      version: 1,
      user_id,
      device_id,
      position: { epoch, seq },
      at: 0,
      limits,
    };
  }

  since(seq: number): InboxDown {
    const events = this.events.filter((event) => event.seq > seq);
    return { type: "events", epoch: this.epoch, events };
  }

  answer(position: InboxState["position"] | null): InboxDown {
    const known =
      position?.epoch === this.epoch &&
      position.seq >= this.base.position.seq &&
      position.seq <= this.seq;
    return known ? this.since(position.seq) : { type: "snapshot", state: this.state() };
  }
}
