import type { DeviceId, MessageId, UserId } from "../../schema/ids.ts";
import type { RoomMark } from "../../schema/inbox.ts";
import { defaultPreferences } from "../../schema/preferences.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import type { InboxRpc } from "../../schema/inbox-rpc.ts";

/** What one inbox holds about the one room that a test has. */
export interface LocalInbox {
  mark: RoomMark | null;
  /** The seq of the event by which its user left, as last told. */
  gone_seq: number;
  /** Everything that was told, in order, repetitions too. */
  readonly told: (RoomMark | { gone_seq: number })[];
  /** Messages of which it was told that they call its user. */
  readonly called: Set<MessageId>;
  /** Devices that are signed out. */
  readonly ended: Set<DeviceId>;
  /** What its user prefers, which the room hears of with its marks. */
  preferences: MemberPreferences;
  /** How often it was asked whether a device is signed in. */
  asked: number;
  /** Whether there is a place for one more socket, and how many there were when it was asked for. */
  has_place: boolean;
  readonly places: number[];
}

type Called = "mark" | "gone" | "holds" | "takePlace";

/** What a call meets: it may not arrive, arrive after the caller has given up, or arrive and lose its answer. */
export type Fate = "answered" | "lost" | "late" | "unanswered";

/**
 * The inboxes as a room sees them, with the rules of their contract: a mark that is not newer changes nothing, and
 * after `gone` only a mark from beyond it counts. A test makes the way to them worse by setting `fate`.
 */
export class LocalInboxes {
  readonly all = new Map<UserId, LocalInbox>();
  fate: (user_id: UserId, called: Called) => Fate | Promise<Fate> = () => "answered";
  readonly #late: (() => void)[] = [];

  at(user_id: UserId): LocalInbox {
    const known = this.all.get(user_id);
    if (known) return known;
    const made: LocalInbox = {
      mark: null,
      gone_seq: 0,
      told: [],
      called: new Set<MessageId>(),
      ended: new Set<DeviceId>(),
      preferences: defaultPreferences,
      asked: 0,
      has_place: true,
      places: [],
    };
    this.all.set(user_id, made);
    return made;
  }

  /** What was under way when its caller gave up arrives now. */
  arriveLate(): number {
    const late = this.#late.splice(0);
    for (const effect of late) effect();
    return late.length;
  }

  of(user_id: UserId): Pick<InboxRpc, Called> {
    const inbox = this.at(user_id);
    const call = async <T>(called: Called, effect: () => T): Promise<T> => {
      const fate = await this.fate(user_id, called);
      if (fate === "late") this.#late.push(effect);
      if (fate === "lost" || fate === "late") throw new Error("the inbox cannot be reached");
      const value = effect();
      if (fate === "unanswered") throw new Error("the inbox did not answer");
      return value;
    };
    return {
      mark: (mark, knows) =>
        call("mark", () => {
          inbox.told.push(mark);
          if (isNewer(mark, inbox)) {
            inbox.mark = mark;
            for (const { message_id } of mark.called) inbox.called.add(message_id);
          }
          return inbox.preferences.version > knows ? inbox.preferences : null;
        }),
      gone: ({ seq }) =>
        call("gone", () => {
          inbox.told.push({ gone_seq: seq });
          inbox.gone_seq = Math.max(inbox.gone_seq, seq);
          if (inbox.mark && inbox.mark.position.seq <= seq) inbox.mark = null;
        }),
      holds: (device_id) =>
        call("holds", () => {
          inbox.asked += 1;
          return !inbox.ended.has(device_id);
        }),
      takePlace: (_room_id, sockets) =>
        call("takePlace", () => {
          inbox.places.push(sockets);
          return inbox.has_place;
        }),
    };
  }
}

function isNewer({ position, revision }: RoomMark, { mark, gone_seq }: LocalInbox): boolean {
  if (position.seq <= gone_seq) return false;
  if (mark === null || mark.position.epoch !== position.epoch) return true;
  if (position.seq !== mark.position.seq) return position.seq > mark.position.seq;
  return revision > mark.revision;
}
