import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { chainFault, genesisHash } from "../../schema/chain.ts";
import { newId } from "../../schema/ids.ts";
import type { Host } from "../../durable/kernel/host.ts";
import type { ActorRoom } from "./actor.ts";
import { aRoom, callerOf } from "./actor.ts";

/** Lets the actor die at the n-th thing that it does with its world: a statement, a transaction, an alarm, a send. */
function dieAt(host: Host, at: number, die: (what: string) => void): void {
  let steps = 0;
  const before = (what: string) => {
    steps += 1;
    if (steps === at) die(what);
  };
  const { sql, sockets } = host;
  const { exec, transaction } = sql;
  Object.assign(sql, {
    exec: (...args: Parameters<typeof exec>) => (before("sql"), exec(...args)),
    transaction: <T>(work: () => T) => {
      before("begin");
      const value = transaction(work);
      before("end");
      return value;
    },
  });
  const setAlarm = host.setAlarm.bind(host);
  Object.assign(host, { setAlarm: (at_ms: number) => (before("alarm"), setAlarm(at_ms)) });
  for (const socket of sockets.all()) {
    const send = socket.send.bind(socket);
    socket.send = (text) => (before("send"), send(text));
  }
}

/** A send in which the actor is aborted at the n-th step; says where it died, null where it had fewer steps. */
async function sendAndDie(room: ActorRoom, asked: object, at: number): Promise<string | null> {
  let died: string | null = null;
  try {
    await room.inside(async (instance, state) => {
      dieAt(instance.host, at, (what) => {
        died = what;
        state.abort("power cut");
        throw new Error("power cut");
      });
      await instance.command(callerOf("ada"), asked);
    });
  } catch {
    // The caller of an actor that dies hears nothing else.
  }
  return died;
}

test(
  "FAN-4 SND-1 in workerd, an abort between any two steps of a send leaves it done or not done, never half",
  { timeout: 120_000 },
  async () => {
    const seen = new Map<string, number>();
    for (let at = 1; at < 80; at += 1) {
      const room = await aRoom("bo");
      const bo = await room.comesIn("bo");
      const asked = { type: "send", command_id: newId("command"), text: `dies at ${at}` };
      const died = await sendAndDie(room, asked, at);
      const answer = await room.untilAlive(() => room.actor.command(callerOf("ada"), asked));
      expect(answer.ok, `after step ${at}`).toBe(true);
      const log = await room.log();
      expect(log.filter((event) => event.command_id === asked.command_id)).toHaveLength(1);
      expect(chainFault(log[1]!, 2, log[0]!.hash)).toBeNull();
      // What bo heard before the abort is in the log that came after it.
      for (const event of bo.events()) expect(log[event.seq - 1]?.hash).toBe(event.hash);
      if (died === null) break;
      seen.set(died, (seen.get(died) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual(
      ["alarm", "begin", "end", "send", "sql"].filter((what) => seen.has(what)),
    );
    expect(seen.get("sql")).toBeGreaterThan(10);
    expect(seen.get("send")).toBeGreaterThan(0);
  },
);

test("FAN-4 SND-2 in workerd, an eviction before, between and after sends loses nothing and doubles nothing", async () => {
  const room = await aRoom();
  const asked = Array.from({ length: 6 }, (_, index) => ({
    type: "send",
    command_id: newId("command"),
    text: `message ${index}`,
  }));
  const first = [];
  for (const command of asked) {
    await evictDurableObject(room.stub);
    first.push(await room.actor.command(callerOf("ada"), command));
  }
  for (const [index, command] of asked.entries()) {
    await evictDurableObject(room.stub);
    const again = await room.actor.command(callerOf("ada"), command);
    const once = first[index]!;
    expect(again.ok && once.ok && again.value).toEqual({
      receipt: once.ok && once.value.receipt,
      replayed: true,
    });
  }
  expect(await room.log()).toHaveLength(7);
});

test("LOG-1 in workerd, a thousand messages from ten senders have one order for everyone", async () => {
  const names = Array.from({ length: 10 }, (_, index) => `sender-${index}`);
  const room = await aRoom(...names);
  const listeners = await Promise.all(names.map((name) => room.comesIn(name)));
  for (let count = 0; count < 100; count += 1) {
    for (const [index, listener] of listeners.entries()) {
      listener.says({ type: "send", command_id: newId("command"), text: `${count} from ${index}` });
    }
  }
  for (const listener of listeners) await listener.until(() => listener.events().length === 1_000);
  const expected = Array.from({ length: 1_000 }, (_, index) => index + 2);
  const orders = listeners.map((listener) =>
    listener
      .events()
      .map((event) => event.hash)
      .join(),
  );
  expect(listeners[0]?.seqs()).toEqual(expected);
  expect(new Set(orders).size).toBe(1);
  for (const listener of listeners) {
    await listener.until(
      ({ frames }) => frames.filter((frame) => frame.type === "accepted").length === 100,
    );
  }
  const log = await room.log();
  let hash = genesisHash(room.room_id);
  for (const event of log) {
    expect(chainFault(event, event.seq, hash)).toBeNull();
    ({ hash } = event);
  }
});
