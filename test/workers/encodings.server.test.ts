import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cbor } from "../../client/binary.ts";
import { createClient, type RoomHandle } from "../../client/index.ts";
import { closes } from "../../schema/closes.ts";
import { type Encoding, encodings, json } from "../../schema/encodings.ts";
import type { RoomId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { subprotocol, TICKET_PROTOCOL_PREFIX, wire } from "../../schema/version.ts";
import { asReceived } from "../support/as-received.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { type Person, signUp } from "./person.ts";

const codecs = { json, cbor };
let server: Server;
let ada: Person;
let bo: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "bo")]);
});
afterAll(() => server.close());

async function aRoom(): Promise<RoomId> {
  const room_id = await ada.creates({ kind: "group", name: "Encodings" });
  const body = { user_id: bo.user_id };
  await ada.asks(`/v1/rooms/${room_id}/members`, { method: "POST", body });
  return room_id;
}

type Down = { type: string; refusal?: { code: string } };

/** A socket as somebody would open it who has no SDK. */
class Line {
  readonly socket: WebSocket;
  readonly frames: Down[] = [];
  closed: number | null = null;
  readonly #encoding: Encoding;

  constructor(path: string, ticket: string, offered: readonly string[], encoding: Encoding) {
    this.#encoding = encoding;
    const url = server.origin.replace("http", "ws") + path;
    this.socket = new WebSocket(url, [...offered, TICKET_PROTOCOL_PREFIX + ticket]);
    this.socket.binaryType = "arraybuffer";
    this.socket.addEventListener("message", ({ data }) => {
      expect(typeof data).toBe(encoding === "json" || data === "pong" ? "string" : "object");
      if (data !== "pong") this.frames.push(codecs[encoding].decode(data) as Down);
      else this.frames.push({ type: "pong" });
    });
    this.socket.addEventListener("close", ({ code }) => (this.closed = code));
  }

  says(frame: object): void {
    this.socket.send(asReceived(codecs[this.#encoding].encode(frame)));
  }

  async hears(type: string): Promise<Down> {
    const found = () => this.frames.find((frame) => frame.type === type);
    await expect.poll(found, { timeout: 10_000 }).toBeDefined();
    const frame = found();
    this.frames.length = 0;
    return frame as Down;
  }
}

async function opens(
  room_id: RoomId | null,
  offered: readonly string[],
  encoding: Encoding,
): Promise<Line> {
  const path = room_id === null ? "/v1/me/inbox/socket" : `/v1/rooms/${room_id}/socket`;
  const line = new Line(path, await bo.ticket(room_id), offered, encoding);
  await line.hears("hello");
  return line;
}

const named = (encoding: Encoding) => subprotocol(wire.version, encoding);

test.each([
  { offered: ["quoth.v9.cbor", named("cbor"), named("json")], spoken: "cbor" as const },
  { offered: ["quoth.v3.msgpack", named("json"), named("cbor")], spoken: "json" as const },
])("ENC-1 the first that is spoken of $offered is agreed on", async ({ offered, spoken }) => {
  for (const room_id of [await aRoom(), null]) {
    const line = await opens(room_id, offered, spoken);
    expect(line.socket.protocol).toBe(named(spoken));
    line.says({ type: "resume", position: null });
    await line.hears("snapshot");
    line.socket.close();
  }
});

describe.each(encodings)("in %s", (encoding) => {
  test("ENC-2 a person with the SDK writes and reads, and has receipts that prove it", async () => {
    const room_id = await aRoom();
    const client = (who: Person) =>
      createClient({
        url: server.origin,
        token: who.session.access_token,
        codec: codecs[encoding],
      });
    const [here, there] = [client(ada), client(bo)];
    await Promise.all([here.me(), there.me()]);
    const [writing, reading] = [here.openRoom(room_id), there.openRoom(room_id)];
    const command_id = writing.send("\ufeffhällo ✓");
    const texts = (room: RoomHandle) => room.state().messages.map(({ text }) => text);
    await expect.poll(() => texts(reading), { timeout: 10_000 }).toEqual(["\ufeffhällo ✓"]);
    await expect.poll(() => writing.state().waiting_commands).toBe(0);
    expect(await writing.receipt(command_id)).toMatchObject({ verdict: "valid" });
    expect(reading.state().proof.faults).toEqual([]);
    here.close();
    there.close();
  });

  test("ENC-4 ENC-5 a bad frame is refused, the heartbeat is text, and the line goes on", async () => {
    const room_id = await aRoom();
    const line = await opens(room_id, [named(encoding)], encoding);
    const deep = encoding === "json" ? "[" : 0x81;
    const data =
      typeof deep === "string"
        ? deep.repeat(limits.frame_bytes)
        : new Uint8Array(limits.frame_bytes).fill(deep);
    line.socket.send(data);
    expect((await line.hears("refused")).refusal?.code).toBe("bad_frame");
    line.socket.send(encoding === "json" ? new Uint8Array(8) : "{}");
    expect((await line.hears("refused")).refusal?.code).toBe("bad_frame");
    line.socket.send("ping");
    await line.hears("pong");
    line.says({ type: "resume", position: null });
    await line.hears("snapshot");
    line.socket.close();
  });

  test("SLW-1 SLW-2 who never acknowledges is closed with 4001, and the SDK beside it stays", async () => {
    const room_id = await aRoom();
    const client = createClient({
      url: server.origin,
      token: bo.session.access_token,
      codec: codecs[encoding],
    });
    await client.me();
    const reading = client.openRoom(room_id);
    const statuses = new Set<string>();
    reading.subscribe(({ status }) => statuses.add(status.name));
    const line = await opens(room_id, [named(encoding)], encoding);
    line.says({ type: "resume", position: null });
    await line.hears("snapshot");
    await expect.poll(() => reading.state().status.name).toBe("online");
    statuses.clear();
    const messages = Math.ceil(limits.unacked_bytes / limits.text_bytes) + 2;
    const text = "x".repeat(limits.text_bytes);
    for (let count = 0; count < messages; count += 1) await ada.sends(room_id, text);
    await expect.poll(() => line.closed, { timeout: 10_000 }).toBe(closes.slow.code);
    const complete = () => reading.state().proof.complete_through;
    await expect.poll(complete, { timeout: 10_000 }).toBe(messages + 2);
    expect([...statuses]).toEqual(["online"]);
    client.close();
  });
});
