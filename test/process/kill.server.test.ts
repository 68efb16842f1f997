import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client, RoomHandle } from "../../client/index.ts";
import { createClient, verifyHead } from "../../client/index.ts";
import { chainFault, genesisHash } from "../../schema/chain.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { EventPage } from "../../schema/http.ts";
import type { CommandId, RoomId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import type { PublicKey, Receipt } from "../../schema/receipt.ts";
import { freePort } from "../../scripts/local/ports.ts";
import type { Server } from "../../scripts/serve.ts";
import { serve } from "../../scripts/serve.ts";

const ROUNDS = 10;
/** Far below what an outbox holds, and more than any restart on a quick machine brings about. */
const WAITING_MOST = 100;
const MINUTE = 60_000;
const data = mkdtempSync(join(tmpdir(), "quoth-kill-"));
let server: Server;
let port: number;

beforeAll(async () => {
  port = await freePort();
  server = await serve({ port, data, quiet: true, logLevel: "error" });
}, 3 * MINUTE);

afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Someone who sends over HTTP without a pause, and asks again with the same key until there is an answer. */
class Talker {
  readonly receipts = new Map<CommandId, Receipt[]>();
  readonly token: string;
  readonly room_id: RoomId;
  talking = true;

  constructor(token: string, room_id: RoomId) {
    this.token = token;
    this.room_id = room_id;
  }

  async talk(): Promise<void> {
    while (this.talking) {
      const command_id = newId("command");
      this.receipts.set(command_id, [await this.#untilAnswered(command_id)]);
      // Some ask twice although they were answered: a lost reply looks just like this.
      if (Math.random() < 0.1)
        this.receipts.get(command_id)?.push(await this.#untilAnswered(command_id));
      await sleep(60);
    }
  }

  async #untilAnswered(command_id: CommandId): Promise<Receipt> {
    const url = `${server.url}/v1/rooms/${this.room_id}/messages`;
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${this.token}`,
      "idempotency-key": command_id,
    };
    for (;;) {
      try {
        const body = JSON.stringify({ text: `talk ${command_id}` });
        const response = await fetch(url, {
          method: "POST",
          headers,
          body,
          signal: AbortSignal.timeout(5_000),
        });
        if (response.ok) return ((await response.json()) as { receipt: Receipt }).receipt;
        if (response.status < 500 && response.status !== 429)
          throw new TypeError(`refused: ${await response.text()}`);
      } catch (error) {
        if (error instanceof TypeError && error.message.startsWith("refused")) throw error;
      }
      await sleep(100);
    }
  }
}

async function signUp(handle: string): Promise<{ client: Client; token: string }> {
  const body = JSON.stringify({ handle, password: "correct horse battery" });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/v1/auth/register`, { method: "POST", headers, body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const client = createClient({ url: server.url, token });
  await client.me();
  return { client, token };
}

async function wholeLog(
  token: string,
  room_id: RoomId,
): Promise<{ events: LogEvent[]; page: EventPage }> {
  const events: LogEvent[] = [];
  for (let after: number | null = 0; ;) {
    const url = `${server.url}/v1/rooms/${room_id}/events?after=${after}&limit=500`;
    const page = (await (
      await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as EventPage;
    events.push(...page.events);
    if (page.after === null) return { events, page };
    ({ after } = page);
  }
}

async function until(what: () => boolean, why: () => string): Promise<void> {
  const deadline = Date.now() + MINUTE;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${why()}`);
    await sleep(50);
  }
}

function isDone(handle: RoomHandle, head: number): boolean {
  const { waiting_commands, status, proof } = handle.state();
  return waiting_commands === 0 && status.name === "online" && proof.complete_through >= head;
}

test(
  "KILL-1 KILL-2 a server that is killed ten times in mid-traffic loses nothing, doubles nothing, and has one order",
  { timeout: 6 * MINUTE },
  async () => {
    const people = await Promise.all(["ada", "bo", "cy"].map(signUp));
    const [ada] = people;
    if (!ada) throw new Error("nobody came");
    const { room_id } = await ada.client.createRoom({
      kind: "channel",
      name: "Killed",
      topic: "",
      members: [],
    });
    for (const { client } of people.slice(1)) await client.join(room_id);

    const doubled: string[] = [];
    const handles = people.map(({ client }) => client.openRoom(room_id));
    for (const handle of handles) {
      handle.subscribe(({ messages }) => {
        const ids = new Set(messages.map((message) => message.message_id));
        if (ids.size < messages.length)
          doubled.push(`${messages.length - ids.size} of ${messages.length}`);
      });
    }
    const talkers = people.flatMap(({ token }) => [
      new Talker(token, room_id),
      new Talker(token, room_id),
    ]);
    const talking = talkers.map((talker) => talker.talk());
    const written: { handle: RoomHandle; command_id: CommandId }[] = [];
    const writing = setInterval(() => {
      for (const handle of handles) {
        // On a slow machine a restart takes long, and an outbox is bounded: nobody writes into a full one.
        if (handle.state().waiting_commands < WAITING_MOST)
          written.push({ handle, command_id: handle.send(`written ${written.length}`) });
      }
    }, 150);

    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(400 + Math.random() * 1_200);
      await server.kill();
      server = await serve({ port, data, quiet: true, logLevel: "error" });
    }
    await sleep(1_000);
    clearInterval(writing);
    for (const talker of talkers) talker.talking = false;
    await Promise.all(talking);
    await until(
      () => handles.every((handle) => isDone(handle, 0)),
      () => JSON.stringify(handles.map((handle) => handle.state().waiting_commands)),
    );

    const { events, page } = await wholeLog(ada.token, room_id);
    await until(
      () => handles.every((handle) => isDone(handle, events.length)),
      () => "the clients are not at the head",
    );

    let hash = genesisHash(room_id);
    for (const [index, event] of events.entries()) {
      expect(chainFault(event, index + 1, hash)).toBeNull();
      ({ hash } = event);
    }
    const { keys } = (await (await fetch(`${server.url}/v1/keys`)).json()) as { keys: PublicKey[] };
    expect(
      await verifyHead(
        page.head,
        keys.find((key) => key.kid === page.head.key_id)!,
      ),
    ).toBe("valid");

    const times = new Map<CommandId, number>();
    for (const { command_id } of events) times.set(command_id, (times.get(command_id) ?? 0) + 1);
    const acked = talkers.flatMap((talker) => [...talker.receipts]);
    const lost =
      acked.filter(([command_id]) => !times.has(command_id)).length +
      written.filter(({ command_id }) => !times.has(command_id)).length;
    const duplicates = [...times.values()].filter((count) => count > 1).length + doubled.length;
    const orders = handles.map((handle) =>
      handle
        .state()
        .messages.map((message) => `${message.seq} ${message.message_id}`)
        .slice(-40)
        .join("\n"),
    );
    console.log(
      `kills=${ROUNDS} acked=${acked.length + written.length} lost=${lost} duplicates=${duplicates} orders=${new Set(orders).size}`,
    );
    expect({ lost, duplicates, orders: new Set(orders).size }).toEqual({
      lost: 0,
      duplicates: 0,
      orders: 1,
    });
    expect(acked.length).toBeGreaterThan(100);
    for (const [, [first, ...again]] of acked) {
      expect(events[(first?.seq ?? 0) - 1]?.hash).toBe(first?.hash);
      for (const receipt of again) expect(receipt).toEqual(first);
    }
    for (const { client } of people) client.close();
  },
);
