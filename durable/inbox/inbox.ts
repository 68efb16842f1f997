import type { InboxRpc } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import { inboxActor, roomActor } from "../address.ts";
import { Actor } from "../kernel/actor-cloudflare.ts";
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
export class Inbox extends Actor<InboxEnv> implements InboxRpc {
  override readonly engine: InboxEngine;

  constructor(ctx: DurableObjectState, env: InboxEnv) {
    super(ctx, env);
    const peers: Peers = {
      inbox: (user_id) => inboxActor(env, user_id),
      room: (room_id) => roomActor(env, room_id),
    };
    const sockets_per_user = Number(env.SOCKETS_PER_USER ?? limits.sockets_per_user);
    this.engine = createInboxEngine(this.host, this.host.name("user"), peers, { sockets_per_user });
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
