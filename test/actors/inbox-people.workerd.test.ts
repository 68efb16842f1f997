import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { Caller } from "../../schema/caller.ts";
import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { UserId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import type { InboxCommandType } from "../../schema/inbox-commands.ts";
import type { Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import type { PresenceState } from "../../schema/presence.ts";
import { wire } from "../../schema/version.ts";
import type { InboxActor } from "../../durable/address.ts";
import { inboxActor } from "../../durable/address.ts";
import { Listener } from "./actor.ts";

/** One person with one device and an inbox in the real runtime. */
class Somebody {
  readonly user_id: UserId = newId("user");
  readonly device_id = newId("device");

  /** Asked anew each time: a stub of an actor that was evicted stays broken. */
  get inbox(): InboxActor {
    return inboxActor(env, this.user_id);
  }
  get caller(): Caller {
    const { user_id, device_id } = this;
    return { user_id, device_id, request_id: newId("request") };
  }

  async signsIn(): Promise<this> {
    const { user_id, device_id } = this;
    const now = Date.now();
    const token = { token_id: "first", token_hash: "hash", issued_at: now, expires_at: now + 1e9 };
    const name = "Firefox on Linux";
    const start = { user_id, device_id, name, place: "", method: "password" as const, ...token };
    const answer = await this.inbox.signIn(start);
    if (!answer.ok) throw new Error(answer.refusal.code);
    return this;
  }

  async does(type: InboxCommandType, fields: Record<string, unknown>): Promise<void> {
    const command = { type, command_id: newId("command"), ...fields };
    const answer = await this.inbox.command(this.caller, command);
    if (!answer.ok) throw new Error(answer.refusal.code);
  }

  async contactsUntil(state: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.inbox.state(this.caller);
      const found = answer.ok ? answer.value.contacts.map((contact) => contact.state) : ["refused"];
      if (found[0] === state) return;
      if (attempt === 100) throw new Error(`waited in vain for ${state}, found ${found}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async comesIn(): Promise<Listener> {
    const opening: Opening = {
      caller: this.caller,
      room_id: null,
      version: wire.version,
      encoding: "json",
      ticket_id: crypto.randomUUID(),
      ticket_expires_at: Date.now() + 30_000,
    };
    const headers = { upgrade: "websocket", [OPENING_HEADER]: JSON.stringify(opening) };
    const response = await this.inbox.fetch(new Request("https://inbox.test/socket", { headers }));
    if (!response.webSocket) throw new Error(`refused: ${response.status}`);
    const listener = new Listener(response.webSocket);
    listener.says({ type: "resume", position: null });
    await listener.until(({ frames }) => frames.length >= 2);
    return listener;
  }

  async isEvicted(): Promise<void> {
    await evictDurableObject(env.INBOX.get(env.INBOX.idFromName(this.user_id)));
  }
}

function statesIn(listener: Listener, user_id: UserId): PresenceState[] {
  const frames = listener.frames as unknown as InboxDown[];
  return frames.flatMap((frame) =>
    frame.type === "presence"
      ? frame.users.filter((user) => user.user_id === user_id).map((user) => user.state)
      : [],
  );
}

async function contacts(): Promise<[Somebody, Somebody]> {
  const [ada, bo] = [await new Somebody().signsIn(), await new Somebody().signsIn()];
  await Promise.all([
    ada.does("request", { user_id: bo.user_id }),
    bo.does("request", { user_id: ada.user_id }),
  ]);
  await Promise.all([ada.contactsUntil("contact"), bo.contactsUntil("contact")]);
  return [ada, bo];
}

test("CON-2 CON-4 in workerd, requests that cross become a contact on both sides", async () => {
  const [ada, bo] = await contacts();
  const answer = await ada.inbox.state(ada.caller);
  expect(answer.ok && answer.value.contacts).toMatchObject([
    { user_id: bo.user_id, state: "contact" },
  ]);
});

test("PRS-1 PRS-2 PRS-7 in workerd, who looks is told: coming, idling, hiding, over an eviction of both", async () => {
  const [ada, bo] = await contacts();
  const looks = await ada.comesIn();
  const hears = (state: PresenceState) =>
    looks.until((listener) => statesIn(listener, bo.user_id).at(-1) === state);
  looks.says({ type: "watch", users: [{ user_id: bo.user_id }] });
  await hears("offline");
  const device = await bo.comesIn();
  await hears("online");
  device.says({ type: "activity", idle: true });
  await hears("idle");
  await bo.does("mode", { mode: "invisible" });
  await hears("offline");
  await Promise.all([ada.isEvicted(), bo.isEvicted()]);
  await bo.does("mode", { mode: "auto" });
  await hears("idle");
  device.says({ type: "activity", idle: false });
  await hears("online");
  expect(statesIn(looks, bo.user_id)).toEqual([
    "offline",
    "online",
    "idle",
    "offline",
    "idle",
    "online",
  ]);
});

test("CON-6 PRS-6 in workerd, a block is felt as absence and told to nobody else", async () => {
  const [ada, bo] = await contacts();
  const [looks, device] = [await ada.comesIn(), await bo.comesIn()];
  looks.says({ type: "watch", users: [{ user_id: bo.user_id }] });
  await looks.until((listener) => statesIn(listener, bo.user_id).at(-1) === "online");
  await bo.does("block", { user_id: ada.user_id });
  await looks.until((listener) => statesIn(listener, bo.user_id).at(-1) === "offline");
  const [hers, his] = [await ada.inbox.state(ada.caller), await bo.inbox.state(bo.caller)];
  expect(hers.ok && hers.value.contacts.map((contact) => contact.state)).toEqual(["contact"]);
  expect(his.ok && his.value.contacts).toEqual([]);
  expect(device.closed).toBeNull();
});
