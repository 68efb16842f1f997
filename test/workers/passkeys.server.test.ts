import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MeSchema } from "../../schema/http-account.ts";
import * as v from "valibot";
import type { SoftPasskey, Twist } from "../support/authenticator.ts";
import { createsPasskey, signsWith } from "../support/authenticator.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, personOf, problemOf, signUp } from "./person.ts";
import {
  answers,
  asksToJoin,
  asksToSignIn,
  joins,
  optionsOf,
  signInWithPasskey,
  signUpWithPasskey,
} from "./passkey-person.ts";

let server: Server;
let origin: string;
let ada: Person;
let passkey: SoftPasskey;

beforeAll(async () => {
  server = await startServer();
  ({ origin } = server);
  ({ person: ada, passkey } = await signUpWithPasskey(origin, "ada", { display_name: "Ada L." }));
});
afterAll(() => server.close());

const meOf = async (person: Person) => v.parse(MeSchema, (await person.asks("/v1/me")).json);

test("KEY-1 an account is made with a passkey alone, and signed in", async () => {
  const me = await meOf(ada);
  expect(me.user).toMatchObject({ handle: "ada", display_name: "Ada L.", kind: "person" });
  expect(me.account).toMatchObject({ has_password: false, passkeys: 1, second_factor: false });
  const { devices } = (await ada.asks("/v1/me/devices")).json as { devices: { method: string }[] };
  expect(devices.map((device) => device.method)).toEqual(["passkey"]);
  const byPassword = await ask(origin, "/v1/auth/login", {
    method: "POST",
    body: { handle: "ada", password: PASSWORD },
    headers: { "cf-connecting-ip": ada.address },
  });
  expect(problemOf(byPassword).code).toBe("wrong_credentials");
});

test("KEY-1 what is asked of the browser: a passkey that is found without a handle, by a device that checks its owner", async () => {
  const { options } = optionsOf(await asksToJoin(origin, "asked"));
  expect(options).toMatchObject({
    rp: { id: "127.0.0.1", name: "Quoth" },
    user: { name: "asked" },
    attestation: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: [],
  });
  const signing = (await asksToSignIn(origin, "asked")).options;
  expect(signing).toMatchObject({ rpId: "127.0.0.1", userVerification: "required" });
  expect(signing["allowCredentials"] ?? []).toEqual([]);
});

test("KEY-1 a handle that is taken is refused before a passkey is made, and after, when it was taken meanwhile", async () => {
  expect(problemOf(await asksToJoin(origin, "ada")).code).toBe("handle_taken");
  const one = optionsOf(await asksToJoin(origin, "contested"));
  await signUp(origin, "contested");
  const made = createsPasskey(origin, one.options);
  const late = await joins(origin, "contested", one.challenge, made.credential);
  expect(problemOf(late).code).toBe("handle_taken");
  // What was made for nothing signs in nowhere.
  const signing = await signInWithPasskey(origin, "contested", made.passkey);
  expect(problemOf(signing).code).toBe("passkey_refused");
});

test("KEY-2 signing in with a passkey needs no handle, and every sign-in is a device of its own", async () => {
  const reply = await signInWithPasskey(origin, "ada", passkey);
  expect(reply.status).toBe(200);
  const again = personOf(origin, "ada", reply);
  expect(again.user_id).toBe(ada.user_id);
  expect(again.session.device_id).not.toBe(ada.session.device_id);
  const { passkeys } = (await again.asks("/v1/me/passkeys")).json as {
    passkeys: { last_used_at: number | null }[];
  };
  expect(passkeys[0]?.last_used_at).toBeGreaterThan(0);
});

test("KEY-2 an authenticator that does not count signs in again and again", async () => {
  const { passkey: still } = await signUpWithPasskey(origin, "still");
  for (let i = 0; i < 3; i += 1) {
    const reply = await signInWithPasskey(origin, "still", still, {
      counter: 0,
      user_handle: null,
    });
    expect(reply.status).toBe(200);
  }
});

const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const forgeries: Record<string, Twist> = {
  "made on another site": { origin: FOREIGN_ORIGIN },
  "made for another site": { rp_id: "evil.example.org" },
  "made inside another site's page": { cross_origin_of: FOREIGN_ORIGIN },
  "to another challenge": { challenge: Buffer.alloc(32).toString("base64url") },
  "of the other kind": { type: "webauthn.create" },
  "by a device that did not check its owner": { user_verified: false },
  "without anybody there": { user_present: false },
  "signed with another key": { key: stranger },
  "naming another person": { user_handle: Buffer.from("user_0").toString("base64url") },
  "of a passkey that nobody has": { id: Buffer.alloc(32, 7).toString("base64url") },
};
for (const [name, twist] of Object.entries(forgeries)) {
  test(`KEY-3 an answer ${name} signs nobody in`, async () => {
    const reply = await signInWithPasskey(origin, name, passkey, twist);
    expect(reply.status).toBe(401);
    expect(problemOf(reply).code).toBe("passkey_refused");
    expect(reply.headers.getSetCookie()).toEqual([]);
  });
}

test("KEY-3 whatever is wrong with an answer, it is told in the same words", async () => {
  const told = await Promise.all(
    [{ key: stranger }, { id: "bm9ib2R5" }].map(async (twist) => ({
      ...problemOf(await signInWithPasskey(origin, "words", passkey, twist)),
      request_id: "",
    })),
  );
  expect(told[0]).toEqual(told[1]);
  for (const credential of [{ id: passkey.id }, { id: passkey.id, response: {} }, { id: "" }]) {
    const { challenge } = await asksToSignIn(origin, "words");
    const reply = await answers(origin, "words", challenge, credential);
    expect(problemOf(reply).code).toBe("passkey_refused");
  }
});

test("KEY-3 an answer that is right in everything signs in, after all that", async () => {
  expect((await signInWithPasskey(origin, "right", passkey)).status).toBe(200);
});

test("KEY-4 an answer counts once, also for many who bring it at once", async () => {
  const { challenge, options } = await asksToSignIn(origin, "replay");
  const credential = signsWith(passkey, origin, options);
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => answers(origin, "replay", challenge, credential)),
  );
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 409, 409, 409, 409]);
  const late = await answers(origin, "replay", challenge, credential);
  expect(problemOf(late).code).toBe("challenge_refused");
  const fresh = await asksToSignIn(origin, "replay");
  const moved = await answers(origin, "replay", fresh.challenge, credential);
  expect(problemOf(moved).code).toBe("passkey_refused");
});

test("KEY-4 a challenge of one kind is none of another, and made-up ones are none", async () => {
  const joining = optionsOf(await asksToJoin(origin, "kinds"));
  const signing = await asksToSignIn(origin, "kinds");
  const wrong = await answers(
    origin,
    "kinds",
    joining.challenge,
    signsWith(passkey, origin, joining.options),
  );
  const made = createsPasskey(origin, {
    ...joining.options,
    challenge: signing.options["challenge"],
  });
  const other = await joins(origin, "kinds", signing.challenge, made.credential);
  const madeUp = await answers(origin, "kinds", "a.b.c", made.credential);
  expect([wrong, other, madeUp].map((reply) => problemOf(reply).code)).toEqual(
    Array.from({ length: 3 }, () => "challenge_refused"),
  );
});

test("KEY-5 of a copied passkey, the one whose counter is behind is refused", async () => {
  const { passkey: original } = await signUpWithPasskey(origin, "copied");
  const copy = { ...original };
  expect((await signInWithPasskey(origin, "copied", original)).status).toBe(200);
  expect((await signInWithPasskey(origin, "copied", original)).status).toBe(200);
  const behind = await signInWithPasskey(origin, "copied", copy);
  const level = await signInWithPasskey(origin, "copied", copy);
  const zero = await signInWithPasskey(origin, "copied", copy, { counter: 0 });
  expect([behind, level, zero].map((reply) => problemOf(reply).code)).toEqual(
    Array.from({ length: 3 }, () => "passkey_refused"),
  );
  expect((await signInWithPasskey(origin, "copied", original)).status).toBe(200);
});

const certificate = new Map<string, unknown>([
  ["alg", -7],
  ["sig", Buffer.alloc(70)],
  ["x5c", [Buffer.alloc(300)]],
]);
const creations: Record<string, Twist> = {
  "made on another site": { origin: FOREIGN_ORIGIN },
  "made for another site": { rp_id: "evil.example.org" },
  "to another challenge": { challenge: Buffer.alloc(32).toString("base64url") },
  "of the other kind": { type: "webauthn.get" },
  "by a device that did not check its owner": { user_verified: false },
  "that names another id than it holds": { id: Buffer.alloc(32, 9).toString("base64url") },
  "with certificates that nobody asked for": {
    attestation: { fmt: "packed", statement: certificate },
  },
  "with a signature of its own that is not right": {
    attestation: {
      fmt: "packed",
      statement: new Map<string, unknown>([...certificate].slice(0, 2)),
    },
  },
  "in an unknown form": { attestation: { fmt: "tomorrow", statement: new Map() } },
};
for (const [name, twist] of Object.entries(creations)) {
  test(`KEY-6 a passkey ${name} makes no account`, async () => {
    const handle = `nobody-${Object.keys(creations).indexOf(name)}`;
    const { challenge, options } = optionsOf(await asksToJoin(origin, handle));
    const { credential } = createsPasskey(origin, options, twist);
    const reply = await joins(origin, handle, challenge, credential);
    expect(problemOf(reply).code).toBe("passkey_refused");
    const again = await joins(
      origin,
      handle,
      challenge,
      createsPasskey(origin, options).credential,
    );
    expect(problemOf(again).code).toBe("challenge_refused");
    expect((await asksToJoin(origin, handle)).status).toBe(200);
  });
}

test("KEY-6 a passkey that an account has already makes no second account", async () => {
  const { challenge, options } = optionsOf(await asksToJoin(origin, "twin"));
  const { credential } = createsPasskey(origin, options);
  expect((await joins(origin, "twin", challenge, credential)).status).toBe(201);
  const next = optionsOf(await asksToJoin(origin, "twin2"));
  const said = JSON.parse(
    Buffer.from(credential.response.clientDataJSON, "base64url").toString(),
  ) as object;
  const copied = { ...said, challenge: next.options["challenge"] };
  const clientDataJSON = Buffer.from(JSON.stringify(copied)).toString("base64url");
  const again = { ...credential, response: { ...credential.response, clientDataJSON } };
  expect(problemOf(await joins(origin, "twin2", next.challenge, again)).code).toBe(
    "passkey_refused",
  );
});

test("KEY-2 a page of another origin signs nobody in and up", async () => {
  for (const path of ["register/options", "register", "login/options", "login"]) {
    const credential = { id: "x" };
    const bodies: Record<string, object> = {
      "register/options": { handle: "foreign" },
      register: { challenge: "x", credential },
      login: { challenge: "x", credential },
    };
    const body = bodies[path];
    const reply = await ask(origin, `/v1/auth/passkeys/${path}`, {
      method: "POST",
      ...(body === undefined ? {} : { body }),
      headers: { origin: FOREIGN_ORIGIN },
    });
    expect(problemOf(reply).code, path).toBe("bad_origin");
  }
});

test("KEY-2 somebody who was leaving and signs in with a passkey stays", async () => {
  const { person, passkey: own } = await signUpWithPasskey(origin, "leaver");
  const left = await person.asks("/v1/me", { method: "DELETE", body: {} });
  expect(left.status).toBe(200);
  const back = personOf(origin, "leaver", await signInWithPasskey(origin, "leaver", own));
  expect((await meOf(back)).account.leaving_at).toBeNull();
});
