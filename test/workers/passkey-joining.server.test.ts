import { afterAll, expect, test } from "vitest";
import { createsPasskey } from "../support/authenticator.ts";
import type { Server } from "../support/harness.ts";
import { startServer } from "../support/harness.ts";
import { secretHash } from "../../workers/services/secrets.ts";
import { asksToJoin, joins, optionsOf, signInWithPasskey } from "./passkey-person.ts";
import { problemOf, signUp } from "./person.ts";

/** Registering with a passkey where the deployment does not take just anybody. */
const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function deployment(vars: Record<string, string>): Promise<Server> {
  const server = await startServer({ vars });
  servers.push(server);
  return server;
}

test("KEY-1 closed doors, an age and an address are asked of who comes with a passkey, before they make one", async () => {
  const closed = await deployment({ REGISTRATION: "closed" });
  expect(problemOf(await asksToJoin(closed.origin, "ada")).code).toBe("registration_closed");
  const strict = await deployment({ MINIMUM_AGE: "16", MAIL_DOMAINS: "example.org" });
  const mail = "ada@example.org";
  const asks = async (name: string, more: object) => asksToJoin(strict.origin, name, more);
  expect(problemOf(await asks("ada", { mail }))).toMatchObject({
    code: "invalid",
    field: "birth_date",
  });
  expect(problemOf(await asks("bo", { mail, birth_date: "2020-01-01" })).code).toBe("too_young");
  const outside = { mail: "cy@example.com", birth_date: "1990-01-01" };
  expect(problemOf(await asks("cy", outside)).code).toBe("mail_not_allowed");
  const right = await asks("dora", { mail, birth_date: "1990-01-01" });
  expect(right.status).toBe(200);
  // A date of birth is judged, and goes no further.
  const [, said = ""] = optionsOf(right).challenge.split(".");
  expect(Buffer.from(said, "base64url").toString()).not.toContain("1990");
});

test("KEY-1 by invitation, one who holds it joins with a passkey, and one invitation lets in one", async () => {
  const { origin, env } = await deployment({ REGISTRATION: "invited" });
  const { DIRECTORY } = await env();
  const invitation = "an invitation that somebody has sent";
  await DIRECTORY.prepare(
    `INSERT INTO invitations (invitation_id, token_hash, inviter, guest, uses, created_at, expires_at)
     VALUES ('invitation_1', ?1, 'user_1', 0, 1, ?2, ?3)`,
  )
    .bind(await secretHash(invitation), Date.now(), Date.now() + 60_000)
    .run();
  expect(problemOf(await asksToJoin(origin, "ada")).code).toBe("registration_closed");
  const comes = async (handle: string, more: object) => {
    const { challenge, options } = optionsOf(await asksToJoin(origin, handle, more));
    const { passkey, credential } = createsPasskey(origin, options);
    return { passkey, reply: await joins(origin, handle, challenge, credential) };
  };
  const forged = await comes("eve", { invitation: "one that nobody has sent" });
  expect(problemOf(forged.reply).code).toBe("link_refused");
  expect((await comes("ada", { invitation })).reply.status).toBe(201);
  const second = await comes("bo", { invitation });
  expect(problemOf(second.reply).code).toBe("link_refused");
  const signing = await signInWithPasskey(origin, "bo", second.passkey);
  expect(problemOf(signing).code).toBe("passkey_refused");
});

test("KEY-1 a handle that is reserved, that looks like another's or is held is refused before a passkey is made", async () => {
  const { origin } = await deployment({});
  const owner = await signUp(origin, "paypal");
  await signUp(origin, "raven");
  const change = { method: "PATCH", body: { handle: "paypal.old" } };
  expect((await owner.asks("/v1/me", change)).status).toBe(200);
  for (const handle of ["\u0430dmin", "rav\u0435n", "Raven", "paypal"])
    expect(problemOf(await asksToJoin(origin, handle)).code, handle).toBe("handle_taken");
  expect((await asksToJoin(origin, "ravenna")).status).toBe(200);
});
