import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { closes } from "../../schema/closes.ts";
import { newId } from "../../schema/ids.ts";
import type { Opening } from "../../schema/rpc.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import type { InboxActor } from "../../durable/address.ts";
import { inboxActor } from "../../durable/address.ts";
import type { Inbox } from "../../durable/inbox/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { wire } from "../../schema/version.ts";
import { aRoom, callerOf, Listener, userId } from "./actor.ts";

/** One person's inbox in workerd, reached as the Worker reaches it. */
class ActorInbox {
  readonly name: string;
  readonly caller;

  constructor(name: string) {
    this.name = name;
    this.caller = callerOf(name);
  }

  get actor(): InboxActor {
    return inboxActor(env, this.caller.user_id);
  }
  get stub(): DurableObjectStub<Inbox> {
    const id = env.INBOX.idFromName(this.caller.user_id);
    return env.INBOX.get(id) as unknown as DurableObjectStub<Inbox>;
  }

  async signsIn() {
    const { user_id, device_id } = this.caller;
    const answer = await this.actor.signIn({
      user_id,
      device_id,
      name: "Firefox on Linux",
      place: "",
      method: "password",
      token_id: "first",
      token_hash: "hash-of-first",
      issued_at: Date.now(),
      expires_at: Date.now() + limits.refresh_token_ms,
    });
    if (!answer.ok) throw new Error(answer.refusal.code);
    return this;
  }

  async knock(): Promise<Response> {
    const opening: Opening = {
      caller: this.caller,
      room_id: null,
      version: wire.version,
      encoding: "json",
      ticket_id: crypto.randomUUID(),
      ticket_expires_at: Date.now() + limits.ticket_ms,
    };
    const headers = { upgrade: "websocket", [OPENING_HEADER]: JSON.stringify(opening) };
    return this.actor.fetch(new Request("https://inbox.test/socket", { headers }));
  }

  async comesIn(): Promise<Listener> {
    const { webSocket, status } = await this.knock();
    if (!webSocket) throw new Error(`refused: ${status}`);
    const listener = new Listener(webSocket);
    listener.says({ type: "resume", position: null });
    await listener.until(({ frames }) => frames.some((frame) => frame.type === "snapshot"));
    listener.frames.length = 0;
    return listener;
  }
}

/** People of one test, so that no other test knows their inboxes. */
const anInbox = (name: string) => new ActorInbox(`${name} of ${newId("test")}`).signsIn();

test("INB-13 in workerd, sessions and sockets survive an eviction", async () => {
  const ada = await anInbox("ada");
  const [one, other] = [await ada.comesIn(), await ada.comesIn()];
  await evictDurableObject(ada.stub);
  one.says({ type: "status", command_id: newId("command"), status: null });
  one.says({ type: "mode", command_id: newId("command"), mode: "away" });
  await other.until(({ frames }) => frames.some((frame) => frame.type === "events"));
  await one.until(({ frames }) => frames.filter((frame) => frame.type === "accepted").length === 2);
  expect(await ada.actor.holds(ada.caller.device_id)).toBe(true);
  const state = await ada.actor.state(ada.caller);
  expect(state.ok && state.value.self.mode).toBe("away");
});

test("SSN-1 SSN-2 in workerd, two refreshes at once and a life between give one successor", async () => {
  const ada = await anInbox("ada");
  const rotate = (token_id: string) =>
    ada.actor.rotate({
      ...ada.caller,
      token_hash: "hash-of-first",
      next: {
        token_id,
        token_hash: `hash-of-${token_id}`,
        issued_at: Date.now(),
        expires_at: Date.now() + limits.refresh_token_ms,
      },
      place: "",
    });
  const answers = await Promise.all([rotate("second"), rotate("another")]);
  await evictDurableObject(ada.stub);
  answers.push(await rotate("third"));
  const ids = answers.map((answer) => answer.ok && answer.value.token_id);
  expect(new Set(ids).size).toBe(1);
  expect(answers.filter((answer) => answer.ok && !answer.value.replayed)).toHaveLength(1);
});

test("SSN-6 SSN-7 in workerd, signing out closes the sockets here, and then those in the rooms", async () => {
  const ada = await anInbox("ada");
  const room = await aRoom(ada.name);
  const here = await ada.comesIn();
  const there = await room.comesIn(ada.name);
  expect(await ada.actor.mayOpen(ada.caller.device_id, room.room_id)).toEqual({
    ok: true,
    value: null,
  });
  await ada.actor.signOut(ada.caller.user_id, { which: "all" });
  await here.until(({ closed }) => closed !== null);
  expect(here.closed?.code).toBe(closes.signed_out.code);
  // The alarm that is due at once may have fired by itself already.
  await runDurableObjectAlarm(ada.stub);
  await there.until(({ closed }) => closed !== null);
  expect(there.closed?.code).toBe(closes.signed_out.code);
  expect((await ada.knock()).status).toBe(401);
  const left = await runInDurableObject(ada.stub, (inbox) => inbox.engine.context.outbox.pending());
  expect(left.entries).toBe(0);
});

test("SSN-10 in workerd, an inbox that is only asked for keeps nothing", async () => {
  const nobody = new ActorInbox(`nobody ${newId("test")}`);
  expect(await nobody.actor.holds(nobody.caller.device_id)).toBe(false);
  expect((await nobody.knock()).status).toBe(404);
  expect(await nobody.actor.state(nobody.caller)).toMatchObject({ ok: false });
  const kept = await runInDurableObject(nobody.stub, async (_, state) => [
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray(),
    await state.storage.getAlarm(),
  ]);
  expect(kept).toEqual([[], null]);
});

test("SSN-11 in workerd, an account that is erased leaves nothing, and may begin anew", async () => {
  const ada = await anInbox("ada");
  const socket = await ada.comesIn();
  await ada.actor.erase();
  await socket.until(({ closed }) => closed !== null);
  expect(socket.closed?.code).toBe(closes.signed_out.code);
  expect(await ada.actor.holds(ada.caller.device_id)).toBe(false);
  const kept = await runInDurableObject(ada.stub, async (_, state) => [
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray(),
    await state.storage.getAlarm(),
  ]);
  expect(kept).toEqual([[], null]);
  await ada.signsIn();
  expect(await ada.actor.holds(ada.caller.device_id)).toBe(true);
});

test("INB-1 INB-2 in workerd, a room tells its member's inbox how it stands, and when they have left", async () => {
  const bo = await anInbox("bo");
  const room = await aRoom(bo.name);
  await room.says("ada", "hello");
  const rooms = async () => {
    await runDurableObjectAlarm(room.stub);
    const state = await bo.actor.state(bo.caller);
    return state.ok ? state.value.rooms : [];
  };
  await expect
    .poll(rooms, { timeout: 15_000 })
    .toMatchObject([
      { room_id: room.room_id, badge: 1, preview: { text: null, author: userId("ada") } },
    ]);
  await room.asks(bo.name, "leave");
  await expect.poll(rooms, { timeout: 15_000 }).toEqual([]);
});
