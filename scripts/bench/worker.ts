import type { Caller } from "../../schema/caller.ts";
import type { RoomId } from "../../schema/ids.ts";
import type { Opening, RoomRpc } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { subprotocol, wire } from "../../schema/version.ts";

/**
 * The bench's own way in, beside the Worker that is measured: it opens sockets and passes commands for whoever the
 * load generator says is asking. So a thousand sockets need no thousand accounts, and what is left out is named in
 * docs/bench.md: sign-in, tickets and the HTTP API are not part of the figures. The actors behind are unchanged.
 */
type Subject = "room" | "bare" | "coalescing";
type Actor = Pick<RoomRpc, "command"> & { fetch(request: Request): Promise<Response> };
interface Namespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): unknown;
}
export type BenchEnv = Readonly<Record<"ROOM" | "BARE" | "COALESCING", Namespace>>;

const namespaces = { room: "ROOM", bare: "BARE", coalescing: "COALESCING" } as const;
const TICKET_MS = 60_000;

export async function fetch(request: Request, env: BenchEnv): Promise<Response> {
  const url = new URL(request.url);
  const [, what, subject, room_id] = url.pathname.split("/");
  const namespace = env[namespaces[subject as Subject]];
  const actor = namespace.get(namespace.idFromName(room_id ?? "")) as Actor;
  const asked = { actor, room_id: room_id as RoomId };
  return what === "socket" ? openSocket(url, asked) : passCommands(request, asked);
}

interface Asked {
  readonly actor: Actor;
  readonly room_id: RoomId;
}

function openSocket(url: URL, { actor, room_id }: Asked): Promise<Response> {
  const opening: Opening = {
    caller: JSON.parse(url.searchParams.get("caller") ?? "null") as Caller,
    room_id,
    version: wire.version,
    encoding: "json",
    ticket_id: crypto.randomUUID(),
    ticket_expires_at: Date.now() + TICKET_MS,
  };
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": subprotocol(wire.version),
    [OPENING_HEADER]: JSON.stringify(opening),
  };
  return actor.fetch(new Request("https://room.quoth/socket", { headers }));
}

/** In their order, each for its own caller. The first refusal ends it: a bench with half a room measures nothing. */
async function passCommands(request: Request, { actor }: Asked): Promise<Response> {
  const asked = (await request.json()) as { caller: Caller; command: unknown }[];
  const answers = await Promise.all(
    asked.map(({ caller, command }) => actor.command(caller, command)),
  );
  return Response.json(answers.find((answer) => !answer.ok) ?? { ok: true });
}
