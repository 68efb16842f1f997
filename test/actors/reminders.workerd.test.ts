import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { deriveId, newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { Inbox } from "../../durable/inbox/inbox.ts";
import { inboxActor } from "../../durable/address.ts";

/** An inbox that is in one room, by what the room would tell it. */
async function anInbox() {
  const user_id = newId("user");
  const device_id = newId("device");
  const room_id = newId("room");
  const caller = { user_id, device_id, request_id: newId("request") };
  const issued_at = Date.now();
  await inboxActor(env, user_id).signIn({
    user_id,
    device_id,
    name: "Firefox on Linux",
    place: "",
    method: "password",
    token_id: "first",
    token_hash: "hash",
    issued_at,
    expires_at: issued_at + limits.refresh_token_ms,
  });
  const call = { message_id: newId("message"), seq: 2, at: issued_at, author: newId("user") };
  await inboxActor(env, user_id).mark(
    {
      room_id,
      kind: "group",
      name: "Raven",
      with: null,
      role: "member",
      position: { epoch: deriveId("epoch", room_id), seq: 2 },
      read_seq: 1,
      unread_seq: null,
      badge: 1,
      mentions: 1,
      threads: 0,
      revision: 0,
      preview: null,
      called: [call],
    },
    0,
  );
  const stub = env.INBOX.get(env.INBOX.idFromName(user_id)) as unknown as DurableObjectStub<Inbox>;
  const state = async (): Promise<InboxState> => {
    const answer = await inboxActor(env, user_id).state(caller);
    if (!answer.ok) throw new Error(answer.refusal.code);
    return answer.value;
  };
  const actor = () => inboxActor(env, user_id);
  return { caller, room_id, call, stub, state, actor };
}

test("REM-6 in workerd, a reminder outlives an eviction and falls due by the alarm, told once", async () => {
  const { caller, room_id, stub, state, actor } = await anInbox();
  const at = Date.now() + 400;
  const command = { type: "remind", command_id: newId("command"), room_id, note: "Tea", at };
  expect(await actor().command(caller, command)).toMatchObject({ ok: true });
  await evictDurableObject(stub);
  expect((await state()).reminders).toMatchObject([{ note: "Tea", at, due: false }]);
  const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
  expect(alarm).toBe(at);
  await vi.waitUntil(async () => {
    await runDurableObjectAlarm(stub);
    return (await state()).reminders[0]?.due;
  });
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  const told = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec("SELECT seq FROM log WHERE type = 'reminder.due'").toArray(),
  );
  expect(told).toHaveLength(1);
  expect(await actor().command(caller, command)).toMatchObject({ value: { replayed: true } });
});

test("MYM-6 in workerd, which messages called somebody outlives an eviction", async () => {
  const { caller, room_id, call, stub, actor } = await anInbox();
  await evictDurableObject(stub);
  const page = await actor().mentions(caller, { before: null, limit: 10 });
  const called = [{ room_id, role: "member", ...call }];
  expect(page).toEqual({ ok: true, value: { called, before: null } });
});
