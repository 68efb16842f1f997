import { genesisHash, linked, toBase64Url } from "../../schema/chain.ts";
import type { EventBody, Happening, LogEvent } from "../../schema/events.ts";
import type { Epoch, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import type { Answer, ArchiveStep, Watermark } from "../../schema/rpc.ts";

/** A room's log for tests of the archive: right in every link, and answering as a room does. */
export interface BuiltLog {
  readonly room_id: RoomId;
  readonly epoch: Epoch;
  readonly events: LogEvent[];
  /** What the archive was seen to hold, call by call. */
  readonly confirmed: (number | null)[];
  happens(happening: Happening): LogEvent;
  sends(text: string, more?: Partial<EventBody<"message.sent">>): LogEvent;
  /** As the room does it: the event is appended, and what it deletes is erased. */
  deletes(sent: LogEvent, place?: Partial<EventBody<"message.deleted">>): LogEvent;
  edits(sent: LogEvent, text: string, more?: Partial<EventBody<"message.edited">>): LogEvent;
  restores(sent: LogEvent, text: string, more?: Partial<EventBody<"message.restored">>): LogEvent;
  step(watermark: Watermark | null, limit?: number): Answer<ArchiveStep>;
  watermark(seq: number): Watermark;
}

export function buildLog(room_id: RoomId = newId("room"), epoch: Epoch = newId("epoch")): BuiltLog {
  const events: LogEvent[] = [];
  const confirmed: (number | null)[] = [];
  const [actor, device] = [newId("user"), newId("device")];

  const append = ({ type, body }: Happening, command_id = newId("command")): LogEvent => {
    const last = events.at(-1);
    const header = {
      seq: events.length + 1,
      type,
      at: 1_000 + events.length,
      actor,
      device,
      command_id,
    };
    const salt = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const prev_hash = last?.hash ?? genesisHash(room_id);
    const event = linked(prev_hash, header, { body, salt });
    events.push(event);
    return event;
  };
  const erase = (found: (event: LogEvent) => boolean) => {
    for (const event of events.filter(found)) Object.assign(event, { body: null, salt: null });
  };

  const built: BuiltLog = {
    room_id,
    epoch,
    events,
    confirmed,
    happens: append,
    sends(text, more = {}) {
      const command_id = newId("command");
      return append(
        { type: "message.sent", body: { message_id: messageIdOf(command_id), text, ...more } },
        command_id,
      );
    },
    edits(sent, text, more = {}) {
      const message_id = messageIdOf(sent.command_id);
      return append({ type: "message.edited", body: { message_id, text, ...more } });
    },
    restores(sent, text, more = {}) {
      const message_id = messageIdOf(sent.command_id);
      const body = { message_id, text, edited_at: null, ...more };
      return append({ type: "message.restored", body });
    },
    deletes(sent, place = {}) {
      const message_id = messageIdOf(sent.command_id);
      const says = new Set(["message.edited", "message.restored"]);
      erase(
        (event) =>
          event.seq === sent.seq ||
          (says.has(event.type) && event.body?.["message_id"] === message_id),
      );
      return append({ type: "message.deleted", body: { message_id, ...place } });
    },
    step(watermark, limit = 500) {
      confirmed.push(watermark?.seq ?? null);
      const after = watermark?.epoch === epoch ? watermark.seq : 0;
      // A copy: what was handed over does not change when the room erases something later.
      return {
        ok: true,
        value: { room_id, epoch, events: structuredClone(events.slice(after, after + limit)) },
      };
    },
    watermark: (seq) => ({ epoch, seq, hash: events[seq - 1]?.hash ?? "" }),
  };
  append({
    type: "room.created",
    body: {
      kind: "group",
      name: "Lighthouse",
      topic: "",
      description: "",
      guidelines: "",
      members: [{ user_id: actor, role: "owner" }],
    },
  });
  return built;
}
