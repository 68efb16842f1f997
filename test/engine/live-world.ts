import type { Here } from "../../schema/frames/here.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { TypingFrame } from "../../schema/frames/typing.ts";
import type { Whisper } from "../../schema/frames/whisper.ts";
import type { DeviceId } from "../../schema/ids.ts";
import { deriveId } from "../../schema/ids.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";

/** What is live in a room, in words: who looks, who is seen, and what time does to it. */
export class Watching {
  readonly room: World;

  constructor(room: World) {
    this.room = room;
  }

  /** Comes in on a device of their own, and everybody has heard of it. */
  comesIn(name: string, device = name): LocalSocket {
    const socket = this.opens(name, device);
    this.room.local.settle();
    return socket;
  }

  opens(name: string, device = name): LocalSocket {
    const { local } = this.room;
    const socket = local.connect(name, {
      caller: { ...callerOf(name), device_id: deviceId(device) },
    });
    if (typeof socket === "string") throw new Error(`${name} was refused: ${socket}`);
    local.receive(socket, { type: "resume", position: null });
    socket.frames();
    return socket;
  }

  says(socket: LocalSocket, frame: unknown): Down[] {
    return this.room.frame(socket, frame);
  }

  /** Time goes by for those who go on pinging, and the alarm fires when it is due. */
  async passes(ms: number, alive: readonly LocalSocket[] = []): Promise<void> {
    const { local } = this.room;
    const until = local.now_ms + ms;
    local.settle();
    for (;;) {
      const { alarm_at } = local.world;
      if (alarm_at === null || alarm_at > until) break;
      local.now_ms = Math.max(local.now_ms, alarm_at);
      for (const socket of alive) socket.last_ping_at = local.now_ms;
      local.world.alarm_at = null;
      await local.engine.alarm();
      local.settle();
    }
    local.now_ms = until;
    for (const socket of alive) socket.last_ping_at = until;
  }

  timers(): unknown[] {
    return this.room.local.rows("timers").map(({ name }) => name);
  }
}

export const deviceId = (name: string): DeviceId => deriveId("device", name);

const names = ["ada", "bo", "cy", "dee"];
const nameOf = (user_id: unknown): string =>
  names.find((name) => userId(name) === user_id) ?? String(user_id);

/** Each frame about typing as a line: `full`, who, where, and whether they do. */
export function typingOf(signals: readonly Down[]): string[] {
  return signals
    .filter((frame): frame is TypingFrame => frame.type === "typing")
    .map(({ full, users }) => {
      const all = users.map(
        ({ user_id, parent, until }) =>
          `${nameOf(user_id)} ${until === null ? "stops" : parent === null ? "types" : "replies"}`,
      );
      return [...(full ? ["full:"] : []), ...all].join(" ");
    });
}

/** Each frame about who is here as a line: the number of people, then each with their devices. */
export function hereOf(signals: readonly Down[]): string[] {
  return signals
    .filter((frame): frame is Here => frame.type === "here")
    .map(({ full, count, users }) => {
      const all = users.map(({ user_id, devices }) => `${nameOf(user_id)}=${devices}`).toSorted();
      return [...(full ? ["full:"] : []), String(count), ...all].join(" ");
    });
}

export const whispersOf = (signals: readonly Down[]): Whisper[] =>
  signals.filter((frame): frame is Whisper => frame.type === "whisper");
