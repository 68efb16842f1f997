import type { Caller } from "../../schema/caller.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { subprotocol, wire } from "../../schema/version.ts";
import type { Scenario, Subject } from "./jobs.ts";
import { Audience } from "./audience.ts";

/** Everyone who is connected in one scenario, each a user of their own with one device and one socket. */
export interface Crowd {
  readonly audiences: readonly Audience[];
  close(): Promise<void>;
}

/** Sockets that are being opened at the same time. */
const AT_ONCE = 50;
const JOINS_AT_ONCE = 100;

export async function openCrowd(url: string, subject: Subject, scenario: Scenario): Promise<Crowd> {
  const sockets: WebSocket[] = [];
  const audiences: Audience[] = [];
  for (let at = 0; at < scenario.rooms; at += 1) {
    const room_id = newId("room");
    const callers = Array.from({ length: scenario.sockets }, newCaller);
    if (subject === "room") await createRoom(`${url}/commands/${subject}/${room_id}`, callers);
    const audience = new Audience(room_id, callers.length);
    audiences.push(audience);
    for (let begin = 0; begin < callers.length; begin += AT_ONCE) {
      const some = callers.slice(begin, begin + AT_ONCE);
      const opened = await Promise.all(
        some.map((caller) => open(`${url}/socket/${subject}/${room_id}`, caller, audience)),
      );
      sockets.push(...opened);
    }
  }
  const closed = (socket: WebSocket) =>
    new Promise((resolve) => {
      socket.addEventListener("close", resolve);
      socket.close(1000);
    });
  // As clients do, or the room closes them as dead; bare objects know no pings.
  const pings = setInterval(() => {
    if (subject === "room") for (const socket of sockets) socket.send("ping");
  }, limits.heartbeat_ms);
  return {
    audiences,
    async close() {
      clearInterval(pings);
      await Promise.all(sockets.map(closed));
    },
  };
}

const newCaller = (): Caller => ({
  user_id: newId("user"),
  device_id: newId("device"),
  request_id: newId("request"),
});

/** A channel with all of them in it, as many as one command may name at a time; the others join. */
async function createRoom(url: string, callers: readonly Caller[]): Promise<void> {
  const [owner, ...others] = callers;
  if (!owner) throw new Error("a room without anyone");
  const members = others.slice(0, limits.members_at_creation).map(({ user_id }) => user_id);
  const create = {
    type: "create",
    command_id: newId("command"),
    kind: "channel",
    name: "Bench",
    members,
  };
  await pass(url, [{ caller: owner, command: create }]);
  for (let begin = members.length; begin < others.length; begin += JOINS_AT_ONCE) {
    const some = others.slice(begin, begin + JOINS_AT_ONCE);
    await pass(
      url,
      some.map((caller) => ({ caller, command: { type: "join", command_id: newId("command") } })),
    );
  }
}

async function pass(
  url: string,
  asked: readonly { caller: Caller; command: unknown }[],
): Promise<void> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(asked) });
  const answer = (await response.json()) as { ok: boolean };
  if (!answer.ok) throw new Error(`the room was not made: ${JSON.stringify(answer)}`);
}

/** Bun's client takes what a browser's does not: here, that it offers no compression. */
interface BunWebSocket {
  new (url: string, options: { protocols: string[]; perMessageDeflate: boolean }): WebSocket;
}

function open(url: string, caller: Caller, audience: Audience): Promise<WebSocket> {
  const BunSocket = WebSocket as unknown as BunWebSocket;
  const address = `${url}?caller=${encodeURIComponent(JSON.stringify(caller))}`;
  const socket = new BunSocket(address, {
    protocols: [subprotocol(wire.version)],
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    // After it has opened this says nothing any more: a promise is settled once.
    socket.addEventListener("close", ({ code, reason }) =>
      reject(new Error(`a socket was closed: ${code} ${reason}`)),
    );
    socket.addEventListener("message", function first() {
      // Hello. Where this client stands is nowhere, and a snapshot is the answer; bare objects have none.
      socket.removeEventListener("message", first);
      audience.add(socket);
      socket.send(JSON.stringify({ type: "resume", position: null }));
      resolve(socket);
    });
  });
}
