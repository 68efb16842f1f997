import { afterAll, beforeAll, expect, test } from "vitest";
import type { Export } from "../../schema/http-account.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

test("OWN-11 what is one's own is taken away as one document, without a secret, and only by oneself", async () => {
  const ada = await signUp(server.origin, "ada", { mail: "ada@example.org" });
  const bo = await signUp(server.origin, "bo");
  const room_id = await ada.creates({ kind: "group", name: "Lighthouse", members: [bo.user_id] });
  await expect.poll(async () => (await ada.asks("/v1/me/inbox")).text).toContain(room_id);
  const edited_at = Date.now();
  const draft = { method: "PUT", body: { text: "I was about to", edited_at } };
  expect((await ada.asks(`/v1/me/rooms/${room_id}/draft`, draft)).status).toBe(200);
  await ada.asks(`/v1/me/contacts/${bo.user_id}`, { method: "PUT" });
  const made = await ada.asks("/v1/me/tokens", {
    method: "POST",
    body: { name: "Backup", scopes: ["read", "account"], expires_in_ms: 3_600_000 },
  });
  const { token } = made.json as { token: string };

  const reply = await ada.asks("/v1/me/export");
  expect(reply.status).toBe(200);
  const taken = reply.json as Export;
  expect(taken.user).toMatchObject({ user_id: ada.user_id, handle: "ada" });
  expect(taken.account).toMatchObject({ mail_pending: "ada@example.org", has_password: true });
  expect(taken.inbox.rooms.map((room) => room.room_id)).toEqual([room_id]);
  expect(taken.inbox.drafts).toMatchObject([{ room_id, text: "I was about to" }]);
  expect(taken.inbox.contacts).toMatchObject([{ user_id: bo.user_id, state: "requested" }]);
  expect([taken.inbox.devices.length, taken.tokens.length]).toEqual([1, 1]);
  for (const secret of [token, "scrypt", "hash", ada.session.access_token])
    expect(reply.text).not.toContain(secret);
  expect((await bo.asks("/v1/me/export")).text).not.toContain("ada@example.org");

  // A program's token is no proof of oneself.
  const headers = { authorization: `Bearer ${token}` };
  const byProgram = await ada.asks("/v1/me/export", { headers });
  expect(problemOf(byProgram).code).toBe("recent_sign_in_required");
});
