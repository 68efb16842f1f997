import type { Codec } from "../schema/encodings.ts";
import { DownSchema, type Down } from "../schema/frames/down.ts";
import type { Hello } from "../schema/frames/hello.ts";
import type { RoomId, UserId } from "../schema/ids.ts";
import { as } from "./call.ts";
import { createAsking } from "./asking.ts";
import { createChannel, type ChannelDeps } from "./channel.ts";
import type { Clock } from "./clock.ts";
import { createDelivery } from "./delivery.ts";
import { createGaps } from "./gaps.ts";
import type { Http } from "./http.ts";
import { createLog } from "./log.ts";
import { createOutbox, type OutboxStorage } from "./outbox.ts";
import { createHeadProof, type Fault } from "./proof.ts";
import { createReading } from "./reading.ts";
import { createRecords } from "./records.ts";
import type { WebSocketClass } from "./socket.ts";
import { createUnsure } from "./unsure.ts";
import { verifyHead, type KeyRing } from "./verify.ts";

export interface RoomDeps {
  room_id: RoomId;
  me: UserId;
  url: string;
  http: Pick<Http, "ticket" | "messages" | "events">;
  WebSocket: WebSocketClass;
  codec: Codec;
  clock: Clock;
  random(): number;
  storage: OutboxStorage;
  keys: KeyRing;
  onClose(): void;
}

/** What the room does about what its parts tell it. None of these is called while the parts are made. */
export interface RoomHandlers extends Pick<
  ChannelDeps<Hello, Exclude<Down, Hello>>,
  "onHello" | "onFrame" | "onStatus"
> {
  onStorageFailed(error: unknown): void;
  changed(): void;
  refuse(seq: number, kind: Fault["kind"]): void;
}

/** The parts of a room, each with what it may use of the others. */
export function createParts(deps: RoomDeps, on: RoomHandlers) {
  const { room_id, me, clock, keys, http, storage, random } = deps;
  const now = () => clock.now();
  const onChange = on.changed;

  const log = createLog(room_id, me);
  const { position, eventAt, missing } = log;
  const ticket = async () => (await http.ticket(room_id)).ticket;
  const path = `/v1/rooms/${room_id}/socket`;
  const channel = createChannel({ ...deps, ...on, path, ticket, position, read: as(DownSchema) });
  const { send } = channel;
  const { onStorageFailed } = on;
  const outbox = createOutbox({ room_id, user_id: me, storage, now, random, onStorageFailed });
  const proof = createHeadProof({ keys, now, onChange, onForged: channel.distrust });
  const gaps = createGaps({ clock, send, missing });
  const asking = createAsking({ clock, send });
  const unsure = createUnsure({ log, ask: asking.ask, onChange });
  const records = createRecords({ room_id, http, keys, log, report: proof.report, onChange });
  const delivery = createDelivery({
    outbox,
    clock,
    isSigned: async ({ head }) => verifyHead(head, await keys(head.key_id)),
    prove: records.proveReceipt,
    send,
    position,
    eventAt,
    onChange,
    onForged: (seq) => on.refuse(seq, "receipt"),
    onLeft: () => channel.close("left"),
  });
  const reading = createReading({ clock, send });
  return { log, channel, outbox, proof, gaps, asking, unsure, records, delivery, reading };
}
