import { DurableObject } from "cloudflare:workers";
import type { InboxRpc } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import { refusalTable } from "../../schema/refusals.ts";
import type { Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { subprotocol } from "../../schema/version.ts";
import { inboxActor, roomActor } from "../address.ts";
import type { CloudflareHost } from "../kernel/host-cloudflare.ts";
import { createCloudflareHost } from "../kernel/host-cloudflare.ts";
import type { Peers } from "./context.ts";
import type { InboxEngine } from "./engine.ts";
import { createInboxEngine } from "./engine.ts";

type Actors = Parameters<typeof inboxActor>[0] & Parameters<typeof roomActor>[0];
export type InboxEnv = Actors & {
  RECEIPT_KEYS: string;
  LOG_LEVEL?: string;
  SOCKETS_PER_USER?: string;
};

/** One person's inbox, as the platform sees it. Everything that decides is in engine.ts and behind it. */
export class Inbox extends DurableObject<InboxEnv> implements InboxRpc {
  readonly host: CloudflareHost;
  readonly engine: InboxEngine;

  constructor(ctx: DurableObjectState, env: InboxEnv) {
    super(ctx, env);
    this.host = createCloudflareHost(ctx, env);
    const peers: Peers = {
      inbox: (user_id) => inboxActor(env, user_id),
      room: (room_id) => roomActor(env, room_id),
    };
    const sockets_per_user = Number(env.SOCKETS_PER_USER ?? limits.sockets_per_user);
    this.engine = createInboxEngine(this.host, this.host.name("user"), peers, { sockets_per_user });
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

  signIn(...asked: Parameters<InboxRpc["signIn"]>) {
    return this.engine.signIn(...asked);
  }

  open() {
    return this.engine.open();
  }

  rotate(...asked: Parameters<InboxRpc["rotate"]>) {
    return this.engine.rotate(...asked);
  }

  holds(...asked: Parameters<InboxRpc["holds"]>) {
    return this.engine.holds(...asked);
  }

  mayOpen(...asked: Parameters<InboxRpc["mayOpen"]>) {
    return this.engine.mayOpen(...asked);
  }

  devices(...asked: Parameters<InboxRpc["devices"]>) {
    return this.engine.devices(...asked);
  }

  renameDevice(...asked: Parameters<InboxRpc["renameDevice"]>) {
    return this.engine.renameDevice(...asked);
  }

  signOut(...asked: Parameters<InboxRpc["signOut"]>) {
    return this.engine.signOut(...asked);
  }

  createToken(...asked: Parameters<InboxRpc["createToken"]>) {
    return this.engine.createToken(...asked);
  }

  tokens(...asked: Parameters<InboxRpc["tokens"]>) {
    return this.engine.tokens(...asked);
  }

  token(...asked: Parameters<InboxRpc["token"]>) {
    return this.engine.token(...asked);
  }

  command(...asked: Parameters<InboxRpc["command"]>) {
    return this.engine.command(...asked);
  }

  state(...asked: Parameters<InboxRpc["state"]>) {
    return this.engine.state(...asked);
  }

  mentions(...asked: Parameters<InboxRpc["mentions"]>) {
    return this.engine.mentions(...asked);
  }

  mark(...asked: Parameters<InboxRpc["mark"]>) {
    return this.engine.mark(...asked);
  }

  gone(...asked: Parameters<InboxRpc["gone"]>) {
    return this.engine.gone(...asked);
  }

  takePlace(...asked: Parameters<InboxRpc["takePlace"]>) {
    return this.engine.takePlace(...asked);
  }

  wish(...asked: Parameters<InboxRpc["wish"]>) {
    return this.engine.wish(...asked);
  }

  watch(...asked: Parameters<InboxRpc["watch"]>) {
    return this.engine.watch(...asked);
  }

  unwatch(...asked: Parameters<InboxRpc["unwatch"]>) {
    return this.engine.unwatch(...asked);
  }

  seen(...asked: Parameters<InboxRpc["seen"]>) {
    return this.engine.seen(...asked);
  }

  takesDirect(...asked: Parameters<InboxRpc["takesDirect"]>) {
    return this.engine.takesDirect(...asked);
  }

  roomIds(...asked: Parameters<InboxRpc["roomIds"]>) {
    return this.engine.roomIds(...asked);
  }

  takeLookups(...asked: Parameters<InboxRpc["takeLookups"]>) {
    return this.engine.takeLookups(...asked);
  }

  erase() {
    return this.engine.erase();
  }

  async ping(): Promise<"pong"> {
    this.host.sql.exec("SELECT 1", []);
    return "pong";
  }
}
