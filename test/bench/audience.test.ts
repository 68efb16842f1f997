import { expect, test } from "vitest";
import { Audience } from "../../scripts/bench/audience.ts";
import type { CommandId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";

function anAudience(size: number) {
  const audience = new Audience(newId("room"), size);
  const sockets = Array.from({ length: size }, () =>
    Object.assign(new EventTarget(), {
      said: [] as string[],
      send(text: string) {
        this.said.push(text);
      },
    }),
  );
  for (const socket of sockets) audience.add(socket as unknown as WebSocket);
  const hears = (at: number, data: string) =>
    sockets[at]?.dispatchEvent(new MessageEvent("message", { data }));
  const all = (data: string) => sockets.forEach((_, at) => hears(at, data));
  return { audience, sockets, hears, all };
}

function frame(first: number, command_ids: readonly CommandId[]): string {
  const events = command_ids.map((command_id, at) => ({ seq: first + at, command_id }));
  return JSON.stringify({ type: "events", events, head: { seq: first + command_ids.length - 1 } });
}

test("a message has arrived when the last socket has it", () => {
  const { audience, hears } = anAudience(3);
  const command_ids = [newId("command"), newId("command")];
  for (const command_id of command_ids) audience.expect(command_id, performance.now());
  const text = frame(7, command_ids);
  hears(0, text);
  hears(1, text);
  expect(audience.outstanding).toBe(2);
  expect(audience.tally.latencies_ms).toHaveLength(0);
  hears(2, text);
  expect(audience.outstanding).toBe(0);
  expect(audience.take()).toMatchObject({ delivered: 6, gaps: 0, flushes: 1, events: 2 });
});

test("an event that is left out, repeated or refused is counted", () => {
  const { audience, hears, all } = anAudience(2);
  all(frame(1, [newId("command")]));
  hears(0, frame(3, [newId("command")]));
  hears(1, frame(1, [newId("command")]));
  hears(1, '{"type":"refused","refusal":{"code":"slow_down"}}');
  expect(audience.take()).toMatchObject({ gaps: 2, refused: 1 });
});

test("a socket says how far it is when it has received much, and not before", () => {
  const { sockets, hears } = anAudience(1);
  const padding = "x".repeat(limits.ack_every_bytes / 4);
  const hear = (seq: number) =>
    hears(0, frame(seq, [newId("command")]).replace("}]", `,"body":"${padding}"}]`));
  hear(1);
  expect(sockets[0]?.said).toEqual([]);
  for (let seq = 2; seq <= 4; seq += 1) hear(seq);
  expect(sockets[0]?.said).toHaveLength(1);
  expect(sockets[0]?.said[0]).toMatch(/^\{"type":"ack","seq":[34]\}$/);
});
