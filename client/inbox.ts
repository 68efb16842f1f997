import type { InboxHello } from "../schema/frames/inbox/told.ts";
import type { InboxDown } from "../schema/frames/inbox/down.ts";
import type { UserId } from "../schema/ids.ts";
import type { InboxCommand } from "../schema/inbox-commands.ts";
import type { InboxState } from "../schema/inbox.ts";
import type { Presence } from "../schema/presence.ts";
import { createChannel, type ChannelStatus } from "./channel.ts";
import type { Client } from "./client.ts";
import { QuothError } from "./failure.ts";
import { createInboxCommands, type InboxDone, type Wanted } from "./inbox-commands.ts";
import { applyEvents } from "./inbox-state.ts";
import type { OutboxStorage } from "./outbox.ts";
import { refusal } from "../schema/refusals.ts";
import { createWatching, type Watched } from "./watching.ts";

export type { InboxDone, Wanted } from "./inbox-commands.ts";
export type { Watched } from "./watching.ts";

/** Everything that a view of the inbox needs, as one value that is never changed: a new one comes in its place. */
export interface InboxView {
  readonly me: UserId;
  readonly status: ChannelStatus;
  /** Null until the inbox has answered for the first time. */
  readonly inbox: InboxState | null;
  readonly presence: ReadonlyMap<UserId, Presence>;
  readonly waiting_commands: number;
}

export interface InboxHandle {
  state(): InboxView;
  /** Called after every change, at most once a turn. Gives the way to end it. */
  subscribe(listener: (view: InboxView) => void): () => void;
  /** Settles when the inbox has answered, which may be after any number of lines. */
  command(wanted: Wanted): Promise<InboxDone>;
  /** Whom the asker shows now, the whole list each time; null when it shows nobody any more. */
  watch(asker: object, users: readonly Watched[] | null): void;
  /** Whether the person has not touched this device for a while. */
  activity(idle: boolean): void;
  wake(): void;
  close(): void;
}

type Told = Exclude<InboxDown, InboxHello>;
/** One's own inbox, followed as long as it is open. It goes on with the client's session, and ends with it. */
export function openInbox(client: Client): InboxHandle {
  const me = client.user()?.user_id;
  if (me === undefined) throw QuothError.from(refusal("unauthenticated"));
  const { clock, random, http, storage } = client.world;
  const listeners = new Set<(view: InboxView) => void>();
  let inbox: InboxState | null = null;
  let shown: InboxView | null = null;
  let telling = false;

  const channel = createChannel<InboxHello, Told>({
    ...client.world,
    path: "/v1/me/inbox/socket",
    ticket: async () => (await http.ticket(null)).ticket,
    position: () => inbox?.position ?? null,
    read,
    onHello: (hello) => (hello.user_id === me ? "welcome" : "stranger"),
    onFrame,
    onStatus,
  });
  const { send } = channel;
  const commands = createInboxCommands({
    me,
    storage: storage as unknown as OutboxStorage<InboxCommand>,
    clock,
    random,
    send,
  });
  const watching = createWatching({ clock, send });

  function onFrame(frame: Told): void {
    if (frame.type === "snapshot") inbox = frame.state;
    else if (frame.type === "events") follow(frame);
    else if (frame.type === "presence") watching.heard(frame.users);
    else if (frame.type === "accepted") commands.accepted(frame);
    else commands.refused(frame.command_id, frame.refusal);
    changed();
  }

  /** What is missing, and all of another life of the log, is asked for over a new line. */
  function follow({ epoch, events }: Extract<Told, { type: "events" }>): void {
    if (inbox === null) return;
    const { state, stale } = applyEvents(inbox, epoch, events);
    inbox = state;
    if (stale) channel.distrust();
  }

  function onStatus(status: ChannelStatus): void {
    if (status.name === "online") {
      watching.online();
      commands.pump();
    } else commands.lineDown();
    changed();
  }

  function changed(): void {
    shown = null;
    if (telling) return;
    telling = true;
    queueMicrotask(() => {
      telling = false;
      for (const listener of [...listeners]) listener(state());
    });
  }

  const state = (): InboxView =>
    (shown ??= {
      me,
      status: channel.status(),
      inbox,
      presence: watching.presence(),
      waiting_commands: commands.waiting(),
    });

  const line = {
    open: () =>
      void commands
        .load()
        .catch(() => {})
        .then(channel.open),
    wake: channel.wake,
    signOut: channel.signOut,
    close: () => {
      channel.close("closed");
      detach();
    },
  };
  const detach = client.world.attach(line);
  line.open();

  return {
    state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    command: (wanted) => {
      const done = commands.command(wanted);
      changed();
      return done;
    },
    watch: watching.watch,
    activity: watching.activity,
    wake: channel.wake,
    close: line.close,
  };
}

/** A glance is enough for what one's own inbox says; frames of a newer server are passed over. */
function read(json: unknown): InboxHello | Told | null {
  if (typeof json !== "object" || json === null) return null;
  const frame = json as InboxHello | Told;
  switch (frame.type) {
    case "hello":
      return typeof frame.user_id === "string" ? frame : null;
    case "snapshot":
      return typeof frame.state?.position?.seq === "number" &&
        lists.every((list) => Array.isArray(frame.state[list]))
        ? frame
        : null;
    case "events":
      return Array.isArray(frame.events) ? frame : null;
    case "presence":
      return Array.isArray(frame.users) ? frame : null;
    case "accepted":
      return typeof frame.command_id === "string" ? frame : null;
    case "refused":
      return typeof frame.refusal?.code === "string" ? frame : null;
    default:
      return null;
  }
}

const lists = [
  "rooms",
  "drafts",
  "bookmarks",
  "reminders",
  "contacts",
  "blocks",
  "devices",
] as const;
