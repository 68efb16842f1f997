import type {
  InboxEvent,
  InboxEventBody,
  InboxEventType,
  inboxEventBodies,
} from "../schema/inbox-events.ts";
import type { InboxState } from "../schema/inbox.ts";

/**
 * What the inbox says, as far as its log has been applied. Events say how things are now, so each is put in the place
 * of what it is about; `stale` where one is missing before it, and the rest has to be asked for.
 */
export interface Applied {
  state: InboxState;
  stale: boolean;
}

export function applyEvents(
  state: InboxState,
  epoch: string,
  events: readonly InboxEvent[],
): Applied {
  if (epoch !== state.position.epoch) return { state, stale: true };
  let now = state;
  for (const event of events) {
    const { seq } = now.position;
    if (event.seq <= seq) continue;
    if (event.seq > seq + 1) return { state: now, stale: true };
    now = { ...step(now, event), position: { ...now.position, seq: event.seq } };
  }
  return { state: now, stale: false };
}

/** A type that is not known here, or a body without what its type promises, is a step without effect. */
function step(state: InboxState, { type, body }: InboxEvent): InboxState {
  if (!Object.hasOwn(steps, type)) return state;
  const [field, next] = steps[type as InboxEventType];
  const has = typeof body === "object" && body !== null && body[field] !== undefined;
  return has ? (next as Step<InboxEventType>)(state, body as never) : state;
}

type Step<T extends InboxEventType> = (state: InboxState, body: InboxEventBody<T>) => InboxState;

/** With the field of the body that has to be there. */
const steps: {
  [T in InboxEventType]: [
    field: keyof (typeof inboxEventBodies)[T]["entries"] & string,
    step: Step<T>,
  ];
} = {
  "room.changed": [
    "room",
    (state, { room }) => ({ ...state, rooms: put(state.rooms, room, "room_id") }),
  ],
  "room.gone": [
    "room_id",
    (state, gone) => ({ ...state, rooms: drop(state.rooms, gone, "room_id") }),
  ],
  "draft.changed": [
    "draft",
    (state, { draft }) => ({
      ...state,
      drafts:
        draft.text === ""
          ? drop(state.drafts, draft, "room_id")
          : put(state.drafts, draft, "room_id"),
    }),
  ],
  "bookmark.added": [
    "bookmark",
    (state, { bookmark }) => ({
      ...state,
      bookmarks: put(state.bookmarks, bookmark, "room_id", "message_id"),
    }),
  ],
  "bookmark.removed": [
    "message_id",
    (state, gone) => ({
      ...state,
      bookmarks: drop(state.bookmarks, gone, "room_id", "message_id"),
    }),
  ],
  "reminder.set": ["reminder", withReminder],
  "reminder.due": ["reminder", withReminder],
  "reminder.gone": [
    "reminder_id",
    (state, gone) => ({ ...state, reminders: drop(state.reminders, gone, "reminder_id") }),
  ],
  "settings.changed": ["settings", (state, { settings }) => ({ ...state, settings })],
  "self.changed": ["self", (state, { self }) => ({ ...state, self })],
  "contact.changed": [
    "contact",
    (state, { contact }) => ({ ...state, contacts: put(state.contacts, contact, "user_id") }),
  ],
  "contact.gone": [
    "user_id",
    (state, gone) => ({ ...state, contacts: drop(state.contacts, gone, "user_id") }),
  ],
  "block.added": [
    "block",
    (state, { block }) => ({ ...state, blocks: put(state.blocks, block, "user_id") }),
  ],
  "block.removed": [
    "user_id",
    (state, gone) => ({ ...state, blocks: drop(state.blocks, gone, "user_id") }),
  ],
  "device.changed": [
    "device",
    (state, { device }) => ({ ...state, devices: put(state.devices, device, "device_id") }),
  ],
  "device.gone": [
    "device_id",
    (state, gone) => ({ ...state, devices: drop(state.devices, gone, "device_id") }),
  ],
};

function withReminder(state: InboxState, { reminder }: InboxEventBody<"reminder.set">): InboxState {
  return { ...state, reminders: put(state.reminders, reminder, "reminder_id") };
}

const same = <T, K extends keyof T>(one: T, other: Pick<T, K>, keys: readonly K[]) =>
  keys.every((key) => one[key] === other[key]);

/** In its place where it is known, else at the end. */
function put<T, K extends keyof T>(list: readonly T[], item: T, ...keys: K[]): T[] {
  const known = list.findIndex((one) => same(one, item, keys));
  return known < 0 ? [...list, item] : list.with(known, item);
}

const drop = <T, K extends keyof T>(list: readonly T[], gone: Pick<T, K>, ...keys: K[]): T[] =>
  list.filter((one) => !same(one, gone, keys));
