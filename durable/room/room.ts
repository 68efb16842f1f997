import type { Caller } from "../../schema/caller.ts";
import type { DeviceId, UserId } from "../../schema/ids.ts";
import type { ArchiveNotice, RoomRpc, Watermark } from "../../schema/rpc.ts";
import { inboxActor, roomActor } from "../address.ts";
import { Actor } from "../kernel/actor-cloudflare.ts";
import type { RoomEngine } from "./engine.ts";
import { createTexts } from "../../schema/text-files.ts";
import { createRoomEngine } from "./engine.ts";

export interface RoomEnv {
  RECEIPT_KEYS: string;
  LOG_LEVEL?: string;
  ARCHIVE_QUEUE: Queue<ArchiveNotice>;
  MEDIA: R2Bucket;
  INBOX: Parameters<typeof inboxActor>[0]["INBOX"];
  ROOM: Parameters<typeof roomActor>[0]["ROOM"];
}

/** One conversation, as the platform sees it. Everything that decides is in engine.ts and behind it. */
export class Room extends Actor<RoomEnv> implements RoomRpc {
  override readonly engine: RoomEngine;

  constructor(ctx: DurableObjectState, env: RoomEnv) {
    super(ctx, env);
    this.engine = createRoomEngine(this.host, this.host.name("room"), {
      archive: (through) => this.#notice(through),
      inbox: (user_id) => inboxActor(env, user_id),
      room: (room_id) => roomActor(env, room_id),
      texts: createTexts(env.MEDIA),
    });
  }

  command(...[caller, command, brought]: Parameters<RoomRpc["command"]>) {
    return new Promise<Awaited<ReturnType<RoomRpc["command"]>>>((resolve) =>
      this.engine.submit(caller, command, resolve, brought),
    );
  }

  async ask(caller: Caller, query: unknown) {
    return this.engine.ask(caller, query);
  }

  async view(caller: Caller) {
    return this.engine.view(caller);
  }

  async messages(caller: Caller, page: { before: number | null; limit: number }) {
    return this.engine.messages(caller, page);
  }

  async events(caller: Caller, page: { after: number; limit: number }) {
    return this.engine.events(caller, page);
  }

  async archive(watermark: Watermark | null) {
    return this.engine.archive(watermark);
  }

  async endSession(user_id: UserId, device_id: DeviceId) {
    this.engine.endSession(user_id, device_id);
  }

  async read(caller: Caller, seq: number) {
    return this.engine.read(caller, seq);
  }

  async prefers(...asked: Parameters<RoomRpc["prefers"]>) {
    this.engine.prefers(...asked);
  }

  async typing(...[caller, on, parent]: Parameters<RoomRpc["typing"]>) {
    return this.engine.typing(caller, on, parent);
  }

  async whisper(...[caller, whisper]: Parameters<RoomRpc["whisper"]>) {
    return this.engine.whisper(caller, whisper);
  }

  async socketsOf(user_id: UserId) {
    return this.engine.socketsOf(user_id);
  }

  async delivered(caller: Caller, seq: number) {
    return this.engine.delivered(caller, seq);
  }

  forget(user_id: UserId) {
    return this.engine.forget(user_id);
  }

  async ping(): Promise<"pong"> {
    this.host.sql.exec("SELECT 1", []);
    return "pong";
  }

  async #notice(through: number): Promise<void> {
    const room = this.engine.context.room();
    if (!room) return;
    const { room_id, epoch } = room;
    await this.env.ARCHIVE_QUEUE.send({ room_id, epoch, through, noticed_at: this.host.now() });
  }
}
