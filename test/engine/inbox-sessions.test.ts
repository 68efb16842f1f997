import assert from "node:assert/strict";
import { test } from "node:test";
import { closes } from "../../schema/closes.ts";
import { limits } from "../../schema/limits.ts";
import type { Answer } from "../../schema/rpc.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, deviceId, heard, LocalInboxes, roomId } from "../support/local-inbox.ts";
import { seededRandom } from "../support/random.ts";

const codeOf = (answer: Answer<unknown>): string => (answer.ok ? "accepted" : answer.refusal.code);
const holds = (inbox: LocalInbox, device = inbox.name) => inbox.engine.holds(deviceId(device));

test("SSN-1 a token is followed by the one on offer, and the device stays signed in", async () => {
  const ada = await anInbox();
  const next = await ada.rotates("ada", "hash-of-ada-1", "ada-2");
  assert.deepEqual(next, {
    ok: true,
    value: {
      token_id: "ada-2",
      issued_at: ada.all.now_ms,
      expires_at: ada.all.now_ms + limits.refresh_token_ms,
      replayed: false,
    },
  });
  assert.equal(await holds(ada), true);
});

test("SSN-2 a lost answer, or another tab, gets the very same successor while the grace lasts", async () => {
  const ada = await anInbox();
  const first = await ada.rotates("ada", "hash-of-ada-1", "ada-2");
  ada.all.now_ms += limits.refresh_grace_ms;
  ada.wake();
  const again = await ada.rotates("ada", "hash-of-ada-1", "ada-other");
  assert.ok(first.ok);
  assert.deepEqual(again, { ok: true, value: { ...first.value, replayed: true } });
  assert.equal(codeOf(await ada.rotates("ada", "hash-of-ada-2", "ada-3")), "accepted");
});

test("SSN-2 of two tabs that ask at once, both get one successor", async () => {
  const ada = await anInbox();
  const asked = ["ada-2", "ada-other"].map((id) => ada.rotates("ada", "hash-of-ada-1", id));
  const [one, other] = await Promise.all(asked);
  assert.ok(one?.ok && other?.ok);
  assert.equal(one.value.token_id, other.value.token_id);
  assert.deepEqual([one.value.replayed, other.value.replayed].toSorted(), [false, true]);
});

test("SSN-3 a token that was used before ends the session and closes its sockets", async () => {
  const ada = await anInbox();
  await ada.signsIn("phone");
  const [laptop, phone] = [ada.comesIn("ada"), ada.comesIn("phone")];
  await ada.rotates("ada", "hash-of-ada-1", "ada-2");
  ada.all.now_ms += limits.refresh_grace_ms + 1;
  assert.equal(codeOf(await ada.rotates("ada", "hash-of-ada-1", "ada-x")), "token_reused");
  assert.equal(await holds(ada), false);
  assert.equal(codeOf(await ada.rotates("ada", "hash-of-ada-2", "ada-3")), "unauthenticated");
  assert.equal(laptop.closed?.code, closes.signed_out.code);
  assert.equal(phone.closed, null);
  const events = heard(phone).flatMap((frame) => (frame.type === "events" ? frame.events : []));
  assert.deepEqual(events.at(-1)?.body, { device_id: deviceId("ada") });
});

test("SSN-3 the token before the one before is old at once, grace or not", async () => {
  const ada = await anInbox();
  await ada.rotates("ada", "hash-of-ada-1", "ada-2");
  await ada.rotates("ada", "hash-of-ada-2", "ada-3");
  assert.equal(codeOf(await ada.rotates("ada", "hash-of-ada-1", "ada-x")), "token_reused");
});

test("SSN-1 SSN-2 SSN-3 in random histories one token lives at most, and a stolen one that is old ends it all", async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed);
    const ada = await anInbox("ada", seed);
    const given = ["ada-1"];
    let followed_at = ada.all.now_ms;
    for (let at = 2; at < 14; at += 1) {
      ada.all.now_ms += random.pick([0, 1_000, limits.refresh_grace_ms, 60_000]);
      if (random.chance(0.2)) ada.wake();
      const used = random.chance(0.7) ? given.length - 1 : random.int(given.length);
      const answer = await ada.rotates("ada", `hash-of-${given[used]}`, `ada-${at}`);
      const age = given.length - 1 - used;
      const in_grace = ada.all.now_ms - followed_at <= limits.refresh_grace_ms;
      if (age === 0) {
        assert.ok(answer.ok && answer.value.token_id === `ada-${at}`, `seed ${seed}`);
        given.push(answer.value.token_id);
        followed_at = ada.all.now_ms;
      } else if (age === 1 && in_grace) {
        assert.ok(answer.ok && answer.value.token_id === given.at(-1), `seed ${seed}`);
      } else {
        assert.equal(codeOf(answer), "token_reused", `seed ${seed}`);
        for (const id of given)
          assert.equal(codeOf(await ada.rotates("ada", `hash-of-${id}`, "x")), "unauthenticated");
        break;
      }
    }
  }
});

test("SSN-4 a session ends when its token runs out, and however often it is refreshed, after half a year", async () => {
  const ada = await anInbox();
  const socket = ada.comesIn();
  // It is never silent.
  socket.last_ping_at = ada.all.now_ms + limits.refresh_token_ms;
  await ada.all.passes(limits.refresh_token_ms);
  assert.equal(await holds(ada), false);
  assert.equal(socket.closed?.code, closes.signed_out.code);
  assert.equal(codeOf(await ada.rotates("ada", "hash-of-ada-1", "ada-2")), "unauthenticated");

  await ada.signsIn("phone");
  let token = "phone-1";
  const began_at = ada.all.now_ms;
  for (let at = 2; ada.all.now_ms - began_at < limits.session_ms_max; at += 1) {
    assert.equal(await holds(ada, "phone"), true);
    await ada.rotates("phone", `hash-of-${token}`, `phone-${at}`);
    token = `phone-${at}`;
    await ada.all.passes(limits.refresh_token_ms - 1);
  }
  assert.equal(await holds(ada, "phone"), false);
  assert.equal(codeOf(await ada.rotates("phone", `hash-of-${token}`, "x")), "unauthenticated");
});

test("SSN-5 signing in twice with the same call signs in once, and the device unseen for longest makes room", async () => {
  const ada = await anInbox();
  const again = await ada.signsIn();
  assert.ok(again.ok);
  for (let count = 1; count < limits.devices; count += 1) {
    ada.all.now_ms += limits.last_seen_step_ms;
    await ada.signsIn(`device-${count}`);
  }
  ada.all.now_ms += limits.last_seen_step_ms;
  // Seen again, so the second is the one unseen for longest now.
  ada.comesIn("ada");
  const oldest = ada.comesIn("device-2");
  ada.all.now_ms += 1;
  assert.equal((await ada.state()).devices.length, limits.devices);
  await ada.signsIn("one-more");
  assert.equal((await ada.state()).devices.length, limits.devices);
  assert.deepEqual(
    [await holds(ada), await holds(ada, "device-1"), await holds(ada, "device-2")],
    [true, false, true],
  );
  assert.equal(oldest.closed, null);
});

test("SSN-6 signing out one, the others or all ends what it says, and the sockets with it", async () => {
  const ada = await anInbox();
  for (const device of ["phone", "tablet"]) await ada.signsIn(device);
  const sockets = ["ada", "phone", "tablet"].map((device) => ada.comesIn(device));
  const closed = () => sockets.map((socket) => socket.closed?.code === closes.signed_out.code);
  const ends = (which: Parameters<LocalInbox["engine"]["signOut"]>[1]) =>
    ada.hears(ada.engine.signOut(ada.user_id, which));

  assert.deepEqual(await ends({ which: "one", device_id: deviceId("phone") }), {
    ok: true,
    value: 1,
  });
  assert.deepEqual(closed(), [false, true, false]);
  assert.deepEqual(await ends({ which: "one", device_id: deviceId("phone") }), {
    ok: true,
    value: 0,
  });
  await ends({ which: "others", device_id: deviceId("tablet") });
  assert.deepEqual(closed(), [true, true, false]);
  await ends({ which: "all" });
  assert.deepEqual(closed(), [true, true, true]);
  assert.equal(ada.opens("ada"), "unauthenticated");
});

test("SSN-6 a socket from before a crash is closed as signed out when the inbox wakes", async () => {
  const ada = await anInbox();
  const socket = ada.comesIn();
  ada.step = (what) => {
    if (what === "close") throw new Error("power cut");
  };
  const asked = ada.engine.signOut(ada.user_id, { which: "all" }).catch(() => null);
  await ada.all.settle();
  void asked;
  ada.step = () => {};
  assert.equal(socket.closed, null);
  ada.wake();
  assert.equal(await holds(ada), false);
  await ada.signsIn("phone");
  ada.comesIn("phone");
  assert.equal(socket.closed!.code, closes.signed_out.code);
});

test("SSN-7 each room in which the device had sockets is told until it has heard", async () => {
  const ada = await anInbox();
  for (const room of ["raven", "owl"])
    assert.equal(codeOf(await ada.engine.mayOpen(deviceId("ada"), roomId(room))), "accepted");
  ada.all.is_held = true;
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "all" }));
  await ada.rings();
  assert.deepEqual(
    ada.all.calls.map((call) => call.name),
    ["endSession", "endSession"],
  );
  const [raven, owl] = ada.all.calls.splice(0);
  raven!.isLost();
  await owl!.losesItsAnswer();
  await ada.all.settle();
  ada.wake();
  ada.all.is_held = false;
  assert.deepEqual(
    ada.all.ends.map((end) => end.room_id),
    [roomId("owl")],
  );
  await ada.all.passes(10 * limits.outbox_retry_ms);
  assert.deepEqual(
    new Set(ada.all.ends.map((end) => `${end.room_id} ${end.device_id}`)),
    new Set(["raven", "owl"].map((room) => `${roomId(room)} ${deviceId("ada")}`)),
  );
  assert.deepEqual(ada.rows("outbox"), []);
  const after = await ada.engine.mayOpen(deviceId("ada"), roomId("raven"));
  assert.equal(codeOf(after), "unauthenticated");
});

test("SSN-7 a device that was in more rooms than anyone counts is ended in every one of them", async () => {
  const ada = await anInbox();
  const names = Array.from({ length: limits.device_rooms }, (_, at) => `room-${at}`);
  const opens = (name: string) => ada.engine.mayOpen(deviceId("ada"), roomId(name));
  for (const name of names) {
    ada.all.now_ms += 1;
    assert.equal(codeOf(await opens(name)), "accepted");
  }
  // What could not be ended later is not opened; what is known already is.
  assert.equal(codeOf(await opens("one-more")), "too_many");
  assert.equal(codeOf(await opens("room-0")), "accepted");
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "all" }));
  await ada.all.passes(10 * limits.outbox_retry_ms);
  const told = new Set(ada.all.ends.map((end) => end.room_id));
  assert.deepEqual(
    names.filter((name) => !told.has(roomId(name))),
    [],
  );
});

test("SSN-8 a device is renamed, and its last visit is written now and then only", async () => {
  const ada = await anInbox();
  const renamed = await ada.hears(ada.engine.renameDevice(ada.caller(), deviceId("ada"), "Desk"));
  assert.ok(renamed.ok && renamed.value.name === "Desk");
  const before = (await ada.state()).position.seq;
  ada.comesIn();
  assert.equal((await ada.state()).position.seq, before);
  ada.all.now_ms += limits.last_seen_step_ms;
  ada.comesIn();
  const { position, devices } = await ada.state();
  assert.equal(position.seq, before + 1);
  assert.equal(devices[0]!.last_seen_at, ada.all.now_ms);
  const missing = ada.engine.renameDevice(ada.caller(), deviceId("nobody"), "Desk");
  assert.equal(codeOf(await ada.hears(missing)), "not_found");
});

test("SSN-9 a token for a program holds until it is revoked or runs out, and tells of its use", async () => {
  const ada = await anInbox();
  const make = (name: string) =>
    ada.hears(
      ada.engine.createToken(ada.caller(), {
        device_id: deviceId(name),
        name,
        prefix: "quoth_pat_",
        token_hash: `hash-of-${name}`,
        scopes: ["read", "write"],
        expires_at: ada.all.now_ms + 1_000_000,
      }),
    );
  assert.deepEqual(await make("script"), await make("script"));
  const holder = await ada.engine.token("hash-of-script");
  assert.deepEqual(holder?.scopes, ["read", "write"]);
  assert.equal(await ada.engine.token("hash-of-another"), null);
  const used_at = ada.all.now_ms;
  ada.all.now_ms += limits.last_seen_step_ms - 1;
  await ada.engine.token("hash-of-script");
  const listed = await ada.engine.tokens(ada.caller());
  assert.ok(listed.ok && listed.value[0]?.last_used_at === used_at);

  assert.equal(await holds(ada, "script"), true);
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "others", device_id: deviceId("ada") }));
  assert.equal(await holds(ada, "script"), true);
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "one", device_id: deviceId("script") }));
  assert.equal(await ada.engine.token("hash-of-script"), null);
  assert.equal(await holds(ada, "script"), false);

  for (let count = 0; count < limits.api_tokens; count += 1) await make(`token-${count}`);
  assert.equal(codeOf(await make("one-too-many")), "too_many");
  await ada.all.passes(1_000_000);
  assert.equal(await ada.engine.token("hash-of-token-0"), null);
  assert.deepEqual(ada.rows("api_tokens"), []);
});

test("SSN-10 an inbox that nobody signed in to answers nothing, and keeps nothing of the question", async () => {
  const nobody = new LocalInboxes().at("nobody");
  const caller = nobody.caller();
  const device = caller.device_id;
  const asks = nobody.engine;
  const refusals = [
    await nobody.hears(asks.devices(caller)),
    await nobody.hears(asks.tokens(caller)),
    await nobody.hears(asks.state(caller)),
    await nobody.hears(asks.signOut(nobody.user_id, { which: "all" })),
    await nobody.hears(asks.renameDevice(caller, device, "Desk")),
    await nobody.asks("status", { status: null }),
  ];
  assert.deepEqual(new Set(refusals.map(codeOf)), new Set(["not_found"]));
  assert.equal(codeOf(await nobody.rotates("nobody", "hash", "next")), "unauthenticated");
  assert.equal(await asks.holds(device), false);
  assert.equal(codeOf(await asks.mayOpen(device, roomId("raven"))), "unauthenticated");
  assert.equal(await asks.token("hash"), null);
  assert.deepEqual(await asks.roomIds(), []);
  assert.equal(nobody.opens(), "not_found");
  await nobody.isIn("raven");
  await nobody.hears(asks.gone({ room_id: roomId("raven"), epoch: "epoch", seq: 2 }));
  await nobody.hears(asks.wish(caller.user_id, { kind: "wishes", version: 1, wants: true }));
  await nobody.rings();
  assert.deepEqual(nobody.tables(), []);
});

test("SSN-11 an account that is erased leaves nothing, and whoever is there is signed out", async () => {
  const ada = await anInbox();
  await ada.isIn("raven");
  const socket = ada.comesIn();
  await ada.hears(ada.engine.erase());
  assert.equal(socket.closed?.code, closes.signed_out.code);
  assert.deepEqual([ada.tables(), ada.world.alarm_at], [[], null]);
  assert.equal(await holds(ada), false);
  ada.wake();
  await ada.rings();
  assert.deepEqual(ada.tables(), []);
});
