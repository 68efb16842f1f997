import type { LogEvent } from "../../schema/events.ts";
import type { Events } from "../../schema/frames/events.ts";
import type { CommandId, Epoch, RoomId } from "../../schema/ids.ts";
import type { Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { subprotocol, wire } from "../../schema/version.ts";

/**
 * The floor: objects that do what a chat room cannot do without, and nothing else. They take a message, insert one
 * row and send what was said to every socket. No check of size, shape, rate or membership, no repeat recognised, no
 * chain, no signature, no receipt, no archive. Their frames have the real room's shape and size, so that the wire
 * costs the same: where that has hashes and a signature, these have letters.
 */
const HASH = "h".repeat(43);
const SALT = "s".repeat(22);
const SIGNATURE = "g".repeat(86);
const EPOCH: Epoch = "epoch_00000000-0000-7000-8000-000000000000";

interface Sent {
  command_id: CommandId;
  text: string;
}

abstract class Floor {
  readonly ctx: DurableObjectState;
  #sockets: Set<WebSocket> | null = null;
  #seq = 0;

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx;
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, event TEXT NOT NULL)",
    );
  }

  fetch(request: Request): Response {
    const { caller } = JSON.parse(request.headers.get(OPENING_HEADER) ?? "null") as Opening;
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ user_id: caller.user_id, device_id: caller.device_id });
    this.sockets().add(server);
    const headers = { "Sec-WebSocket-Protocol": subprotocol(wire.version) };
    server.send(JSON.stringify({ type: "hello" }));
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  webSocketClose(socket: WebSocket): void {
    this.sockets().delete(socket);
    socket.close(1000);
  }

  /** Kept in memory, as the real room does: asking the runtime for a thousand of them costs more than the sends. */
  sockets(): Set<WebSocket> {
    this.#sockets ??= new Set(this.ctx.getWebSockets());
    return this.#sockets;
  }

  insert(data: string): LogEvent {
    const { command_id, text } = JSON.parse(data) as Sent;
    this.#seq += 1;
    const event: LogEvent = {
      seq: this.#seq,
      type: "message.sent",
      at: Date.now(),
      actor: `user_${command_id.slice("command_".length)}`,
      device: `device_${command_id.slice("command_".length)}`,
      command_id,
      body: { message_id: `message_${command_id.slice("command_".length)}`, text },
      salt: SALT,
      body_hash: HASH,
      prev_hash: HASH,
      hash: HASH,
    };
    this.ctx.storage.sql.exec(
      "INSERT INTO log (seq, event) VALUES (?, ?)",
      event.seq,
      JSON.stringify(event),
    );
    return event;
  }

  tell(events: LogEvent[]): void {
    const room_id = this.ctx.id.name as RoomId;
    const head = {
      room_id,
      epoch: EPOCH,
      seq: this.#seq,
      hash: HASH,
      key_id: HASH,
      signature: SIGNATURE,
    };
    const frame: Events = { type: "events", epoch: EPOCH, events, head };
    const text = JSON.stringify(frame);
    for (const socket of this.sockets()) socket.send(text);
  }
}

/** One row, one commit and one frame a socket for every message, as one writes it first. */
export class BareRoom extends Floor {
  webSocketMessage(_socket: WebSocket, data: string): void {
    if (isSend(data)) this.tell([this.insert(data)]);
  }
}

/** What came in one turn goes together: one transaction, one frame a socket. */
export class CoalescingRoom extends Floor {
  #waiting: string[] = [];

  webSocketMessage(_socket: WebSocket, data: string): void {
    if (!isSend(data)) return;
    if (this.#waiting.length === 0) setTimeout(() => this.#flush(), 0);
    this.#waiting.push(data);
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.tell(this.ctx.storage.transactionSync(() => batch.map((data) => this.insert(data))));
  }
}

/** A client says first where it stands; there is nothing here to answer it with. */
const isSend = (data: string) => data.startsWith('{"type":"send"');
