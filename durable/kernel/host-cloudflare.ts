import { createPrivateKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Id } from "../../schema/ids.ts";
import { isLogged, logLine, logThreshold } from "../../schema/telemetry.ts";
import type { Host, HostSocket, Signer, SqlRow } from "./host.ts";

/** Cloudflare's end of the port. */
export interface CloudflareHost extends Host {
  /** The id that this actor was addressed by, where the platform says it. */
  name<P extends string>(prefix: P): Id<P> | null;
  accept(protocol: string): { response: Response; socket: HostSocket };
  socket(socket: WebSocket): HostSocket;
  /** The runtime answers no close frame of a hibernatable socket; without one the client waits for its close event. */
  answerClose(socket: WebSocket, code: number): void;
}

export interface HostEnv {
  RECEIPT_KEYS: string;
  LOG_LEVEL?: string;
}

export function createCloudflareHost(ctx: DurableObjectState, env: HostEnv): CloudflareHost {
  // Answered by the runtime: a heartbeat wakes nobody.
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  const wrapped = new WeakMap<WebSocket, HostSocket>();
  const threshold = logThreshold(env.LOG_LEVEL);

  const wrap = (socket: WebSocket): HostSocket => {
    const known = wrapped.get(socket);
    if (known) return known;
    const made: HostSocket = {
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      load: () => socket.deserializeAttachment(),
      save: (attachment) => socket.serializeAttachment(attachment),
      pinged_at: () => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null,
    };
    wrapped.set(socket, made);
    return made;
  };

  return {
    sql: {
      exec: (query, bindings) => ctx.storage.sql.exec(query, ...bindings).toArray() as SqlRow[],
      transaction: (work) => ctx.storage.transactionSync(work),
    },
    sockets: { all: () => ctx.getWebSockets().map(wrap) },
    signer: createSigner(env.RECEIPT_KEYS),
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    setAlarm: (at_ms) => void ctx.storage.setAlarm(at_ms),
    async clear() {
      // Not waited for: the two belong to one write.
      void ctx.storage.deleteAlarm();
      await ctx.storage.deleteAll();
    },
    later: (work) => void setTimeout(work, 0),
    log(level, event, fields) {
      if (isLogged(level, threshold)) console.log(logLine(Date.now(), level, event, fields));
    },
    name: (prefix) =>
      ctx.id.name?.startsWith(`${prefix}_`) ? (ctx.id.name as Id<typeof prefix>) : null,
    accept(protocol) {
      const { 0: client, 1: server } = new WebSocketPair();
      ctx.acceptWebSocket(server);
      const headers = { "Sec-WebSocket-Protocol": protocol };
      return {
        response: new Response(null, { status: 101, webSocket: client, headers }),
        socket: wrap(server),
      };
    },
    socket: wrap,
    answerClose(socket, code) {
      try {
        // 1005, 1006 and 1015 are what an end may see but not say.
        socket.close([1005, 1006, 1015].includes(code) ? 1000 : code);
      } catch {
        // Closed from this side already.
      }
    },
  };
}

/** The first key of the list signs. It is read when it is first needed, not when the module loads. */
function createSigner(keys: string): Signer {
  let active: { key_id: string; key: KeyObject } | null = null;
  const load = () => {
    const [jwk] = JSON.parse(keys) as (JsonWebKey & { kid: string })[];
    if (!jwk) throw new Error("RECEIPT_KEYS holds no key");
    return { key_id: jwk.kid, key: createPrivateKey({ key: jwk as never, format: "jwk" }) };
  };
  return {
    get key_id() {
      return (active ??= load()).key_id;
    },
    sign: (statement) => sign(null, statement, (active ??= load()).key),
  };
}
