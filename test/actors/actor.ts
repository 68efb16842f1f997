import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import type { Caller } from "../../schema/caller.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { CommandId, RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, newId } from "../../schema/ids.ts";
import type { Answer, Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { wire } from "../../schema/version.ts";
import type { RoomActor } from "../../durable/address.ts";
import { roomActor } from "../../durable/address.ts";
import type { Room } from "../../durable/room/room.ts";
import { log } from "../../durable/room/stores/log.ts";

export const userId = (name: string): UserId => deriveId("user", name);
export const callerOf = (name: string): Caller => ({
  user_id: userId(name),
  device_id: deriveId("device", name),
  request_id: `request-of-${name}`,
});

/** A member's end of a socket into the real runtime. */
export class Listener {
  readonly frames: Down[] = [];
  /** Who is here, who types, what is whispered. */
  readonly signals: Down[] = [];
  readonly pongs: string[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly #socket: WebSocket;
  #heard: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") this.pongs.push(data);
      else this.#hears(JSON.parse(String(data)) as Down);
      this.#heard();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#heard();
    });
  }

  #hears(frame: Down): void {
    const is_signal = ["here", "typing", "whisper"].includes(frame.type);
    (is_signal ? this.signals : this.frames).push(frame);
  }

  says(frame: unknown): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  hangsUp(code = 1000): void {
    this.#socket.close(code, "bye");
  }

  /** Waits for what a test is about, instead of for some time. */
  async until(what: (listener: Listener) => boolean): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!what(this)) {
      if (Date.now() > deadline)
        throw new Error(`waited in vain; heard ${JSON.stringify(this.frames).slice(0, 2_000)}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        setTimeout(resolve, 500);
      });
    }
  }

  seqs(): number[] {
    return this.events().map((event) => event.seq);
  }

  events(): LogEvent[] {
    return this.frames.flatMap((frame) => (frame.type === "events" ? frame.events : []));
  }
}

/** One room in workerd, reached as the Worker reaches it. */
export class ActorRoom {
  readonly room_id: RoomId = newId("room");

  /** Asked anew each time: a stub of an actor that was aborted stays broken. */
  get actor(): RoomActor {
    return roomActor(env, this.room_id);
  }

  get stub(): DurableObjectStub<Room> {
    return env.ROOM.get(env.ROOM.idFromName(this.room_id)) as unknown as DurableObjectStub<Room>;
  }

  async asks(
    name: string,
    type: string,
    fields: Record<string, unknown> = {},
  ): Promise<Answer<ReceiptAnswer>> {
    return this.actor.command(callerOf(name), { type, command_id: newId("command"), ...fields });
  }

  async says(name: string, text: string): Promise<CommandId> {
    const command_id = newId("command");
    const answer = await this.asks(name, "send", { command_id, text });
    if (!answer.ok) throw new Error(answer.refusal.code);
    return command_id;
  }

  opening(name: string): Opening {
    const { room_id } = this;
    return {
      caller: callerOf(name),
      room_id,
      version: wire.version,
      encoding: "json",
      ticket_id: crypto.randomUUID(),
      ticket_expires_at: Date.now() + 30_000,
    };
  }

  async knock(opening: Opening): Promise<Response> {
    const headers = { upgrade: "websocket", [OPENING_HEADER]: JSON.stringify(opening) };
    return this.actor.fetch(new Request("https://room.test/socket", { headers }));
  }

  async opens(name: string): Promise<Listener> {
    const { webSocket, status } = await this.knock(this.opening(name));
    if (!webSocket) throw new Error(`${name} was refused: ${status}`);
    const listener = new Listener(webSocket);
    await listener.until(({ frames }) => frames[0]?.type === "hello");
    return listener;
  }

  async comesIn(name: string): Promise<Listener> {
    const listener = await this.opens(name);
    listener.says({ type: "resume", position: null });
    await listener.until(({ frames }) => frames.some((frame) => frame.type === "snapshot"));
    listener.frames.length = 0;
    return listener;
  }

  /** What a client does whose room has just died: it asks again. */
  async untilAlive<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        if (attempt === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
      }
    }
  }

  inside<T>(work: (room: Room, state: DurableObjectState) => T | Promise<T>): Promise<T> {
    return runInDurableObject(this.stub, work);
  }

  log(): Promise<LogEvent[]> {
    const all = Number.MAX_SAFE_INTEGER;
    return this.inside((room) =>
      log.range(room.host.sql, { after: 0, through: all, limit: all, max_bytes: all }),
    );
  }
}

export async function aRoom(...members: string[]): Promise<ActorRoom> {
  const room = new ActorRoom();
  const answer = await room.asks("ada", "create", {
    kind: "channel",
    name: "Raven",
    members: members.map(userId),
  });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return room;
}

export const codeOf = (answer: Answer<unknown>): string =>
  answer.ok ? "accepted" : answer.refusal.code;
