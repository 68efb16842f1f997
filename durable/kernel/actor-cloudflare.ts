import { DurableObject } from "cloudflare:workers";
import { refusalTable } from "../../schema/refusals.ts";
import type { Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { subprotocol } from "../../schema/version.ts";
import type { HostSocket } from "./host.ts";
import type { CloudflareHost, HostEnv } from "./host-cloudflare.ts";
import { createCloudflareHost } from "./host-cloudflare.ts";
import type { Settled } from "./outcome.ts";

/** What an actor decides about its sockets and its alarm. */
export interface SocketEngine {
  letIn(opening: Opening): Settled<unknown> | Promise<Settled<unknown>>;
  welcome(socket: HostSocket, opening: Opening): void;
  receive(socket: HostSocket, data: string | ArrayBuffer): void;
  closed(socket: HostSocket, code: number): void;
  alarm(): Promise<void>;
}

/** An actor as the platform sees it: what the platform calls is handed to the engine. */
export abstract class Actor<Env extends HostEnv> extends DurableObject<Env> {
  readonly host: CloudflareHost;
  abstract readonly engine: SocketEngine;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.host = createCloudflareHost(ctx, env);
  }

  override async fetch(request: Request): Promise<Response> {
    const opening: Opening = JSON.parse(request.headers.get(OPENING_HEADER) ?? "null");
    const admitted = await this.engine.letIn(opening);
    if (admitted.kind === "refused") {
      return Response.json(admitted.refusal, {
        status: refusalTable[admitted.refusal.code].status,
      });
    }
    const { response, socket } = this.host.accept(subprotocol(opening.version, opening.encoding));
    this.engine.welcome(socket, opening);
    return response;
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.engine.receive(this.host.socket(socket), data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.engine.closed(this.host.socket(socket), code);
    this.host.answerClose(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.engine.closed(this.host.socket(socket), 1006);
  }

  override alarm(): Promise<void> {
    return this.engine.alarm();
  }
}
