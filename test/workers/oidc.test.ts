import * as v from "valibot";
import { expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { HandleSchema } from "../../schema/user.ts";
import { configuration } from "../../workers/env.ts";
import { displayNameFor, handlesFor } from "../../workers/services/foreign-names.ts";
import { profileOf } from "../../workers/services/oidc.ts";
import { makeKeys, secretsOf } from "../support/keys.ts";

const half = () => 0.5;
const wishes: [name: string | null, handle: string][] = [
  ["ada", "ada"],
  ["Ada.Lovelace", "ada.lovelace"],
  ["ada@example.org", "ada"],
  ["Ada Lovelace", "ada-lovelace"],
  ["阿达", "阿达"],
  ["7of9", "of9"],
  ["ada\u200b\u202e", "ada"],
  ["x".repeat(200), "x".repeat(limits.handle_characters_max)],
  ["admin", "person-500"],
  ["a", "person-500"],
  ["🫖", "person-500"],
  ["", "person-500"],
  [null, "person-500"],
];
for (const [name, handle] of wishes) {
  test(`SSO-2 who is called ${JSON.stringify(name)} elsewhere is offered ${handle}`, () => {
    const handles = handlesFor(name, half);
    expect(handles[0]).toBe(handle);
    expect(handles.length).toBeGreaterThan(2);
    for (const one of handles) expect(v.parse(HandleSchema, one)).toBe(one);
  });
}

test("SSO-2 a name to be read is taken as it is where it may be one, else the handle", () => {
  expect(displayNameFor("Ada Lovelace", "ada")).toBe("Ada Lovelace");
  for (const name of [null, "", "x".repeat(101), "Ada\u202e"])
    expect(displayNameFor(name, "ada")).toBe("ada");
});

test("SSO-2 of what another service says, only what has the right form is heard", () => {
  const right = {
    preferred_username: "ada",
    name: "Ada",
    email: "ada@example.org",
    email_verified: true,
    birthdate: "1815-12-10",
  };
  const nothing = { preferred_username: null, name: null, mail: null, birth_date: null };
  expect(profileOf(right)).toEqual({
    preferred_username: "ada",
    name: "Ada",
    mail: "ada@example.org",
    birth_date: "1815-12-10",
  });
  expect(profileOf({})).toEqual(nothing);
  expect(profileOf({ preferred_username: 7, name: {}, email: ["a"], birthdate: "1815" })).toEqual(
    nothing,
  );
  expect(profileOf({ email: "ada@example.org", email_verified: "true" })).toEqual(nothing);
  expect(profileOf({ email: "ada@example.org" })).toEqual(nothing);
  expect(profileOf({ birthdate: "0000-12-10" })).toEqual(nothing);
});

const provider = {
  provider_id: "x",
  name: "X",
  issuer: "https://x.example.org",
  client_id: "quoth",
};
const configured = (providers: object[]) => () =>
  configuration({
    DEPLOYMENT_NAME: "Quoth",
    REGISTRATION: "open",
    MAIL_DOMAINS: "",
    OPERATORS: "",
    MINIMUM_AGE: "0",
    GUESTS: "off",
    SOCKETS_PER_USER: "10",
    WELCOME: "off",
    ADDRESS_FROM: "edge",
    OIDC_PROVIDERS: JSON.stringify(providers),
    MAIL_DELIVERY: "outbox",
    MAIL_FROM: "quoth@example.org",
    CORS_ORIGINS: "",
    LOG_LEVEL: "info",
    ...secretsOf(makeKeys()),
  } as Parameters<typeof configuration>[0]);

test("SSO-9 a service is spoken to over TLS, or on this very machine", () => {
  for (const issuer of [
    "https://x.example.org",
    "http://127.0.0.1:99",
    "http://localhost",
    "http://[::1]:9",
  ])
    expect(configured([{ ...provider, issuer }])().OIDC_PROVIDERS).toHaveLength(1);
  for (const issuer of [
    "http://x.example.org",
    "http://127.0.0.1.example.org",
    "ftp://localhost",
    "x",
  ])
    expect(configured([{ ...provider, issuer }]), issuer).toThrow("OIDC_PROVIDERS");
  expect(configured([provider, provider])).toThrow("OIDC_PROVIDERS");
});
