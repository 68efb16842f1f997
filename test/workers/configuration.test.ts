import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { configuration } from "../../workers/env.ts";
import { makeKeys, makeSigningKey, secretsOf } from "../support/keys.ts";

/** The deployment's file, as it is shipped. */
const file = readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8");
const vars = [...(file.split("[vars]")[1] ?? "").split("\n[")[0]!.matchAll(/^(\w+) = "(.*)"$/gm)];
const shipped = Object.fromEntries(vars.map(([, name, value]) => [name, value])) as Omit<
  Parameters<typeof configuration>[0],
  "RECEIPT_KEYS" | "TOKEN_KEYS"
>;
const right = () => ({ ...shipped, ...secretsOf(makeKeys()) });

test("AUTH-10 a right configuration is read once", () => {
  const env = { ...right(), CORS_ORIGINS: "https://a.example.org, http://localhost:5173" };
  const read = configuration(env);
  expect([...read.CORS_ORIGINS]).toEqual(["https://a.example.org", "http://localhost:5173"]);
  expect(configuration(env)).toBe(read);
});

const { d: _, ...withoutPrivatePart } = makeSigningKey("same");
const wrong: Record<string, [setting: string, value: string]> = {
  "an origin with a path": ["CORS_ORIGINS", "https://a.example.org/chat"],
  "any origin": ["CORS_ORIGINS", "*"],
  "a level that does not exist": ["LOG_LEVEL", "loud"],
  "a door that is neither open nor closed": ["REGISTRATION", "ajar"],
  "an age that is no number": ["MINIMUM_AGE", "old enough"],
  "an address from somewhere else": ["ADDRESS_FROM", "x-forwarded-for"],
  "guests that are neither": ["GUESTS", "maybe"],
  "no connection for anybody": ["SOCKETS_PER_USER", "0"],
  "a welcome that is neither": ["WELCOME", "warm"],
  "a way of mail that does not exist": ["MAIL_DELIVERY", "pigeon"],
  "a sender that is no address": ["MAIL_FROM", "the deployment"],
  "a provider without its client": [
    "OIDC_PROVIDERS",
    JSON.stringify([{ provider_id: "x", name: "X", issuer: "https://x.example.org" }]),
  ],
  "a key that is not JSON": ["TOKEN_KEYS", "s3cret"],
  "no key": ["RECEIPT_KEYS", "[]"],
  "one key without a list": ["TOKEN_KEYS", JSON.stringify(makeSigningKey())],
  "a first key that cannot sign": ["TOKEN_KEYS", JSON.stringify([withoutPrivatePart])],
  "two keys of one name": [
    "TOKEN_KEYS",
    JSON.stringify([makeSigningKey("same"), withoutPrivatePart]),
  ],
  "a symmetric key": ["TOKEN_KEYS", JSON.stringify([{ kty: "oct", k: "s3cret", kid: "s3cret" }])],
};

for (const [name, [setting, value]] of Object.entries(wrong)) {
  test(`AUTH-10 ${name} is refused by its setting's name, without its value`, () => {
    const message = messageOf(() => configuration({ ...right(), [setting]: value }));
    expect(message).toContain(setting);
    expect(message).not.toContain("s3cret");
    expect(message).not.toContain(value);
  });
}

test("AUTH-10 domains are read without regard to case and spaces", () => {
  const read = configuration({ ...right(), MAIL_DOMAINS: " Example.org ,example.com," });
  expect([...read.MAIL_DOMAINS]).toEqual(["example.org", "example.com"]);
});

/** Each limit of the platform's, and the number that the contract tells of it. */
const rates: Record<string, keyof typeof limits> = {
  SIGN_IN_BY_ADDRESS: "sign_in_per_address",
  SIGN_IN_BY_ACCOUNT: "sign_in_per_account",
  SIGN_IN_BY_KNOWN_DEVICE: "sign_in_per_known_device",
  SIGN_IN_BY_KNOWN_DEVICES: "sign_in_per_known_devices",
  REGISTRATIONS: "registrations_per_address",
  MAILS: "mails_per_minute",
  LOOKUPS: "lookups_per_minute",
  CONTACT_LOOKUPS_BY_ADDRESS: "contact_lookups_per_address",
  NEW_ROOMS: "rooms_per_minute",
};

test("RATE-1 the platform's limits are those of the contract, by the minute, each for itself", () => {
  const block =
    /\[\[ratelimits\]\]\nname = "(\w+)"\nnamespace_id = "(\d+)"\nsimple = \{ limit = (\d+), period = (\d+) \}/g;
  const found = [...file.matchAll(block)].map(([, name = "", id, limit, period]) => ({
    name,
    id,
    limit: Number(limit),
    period: Number(period),
  }));
  expect(found).toHaveLength(file.split("[[ratelimits]]").length - 1);
  expect(found.map(({ name }) => name).toSorted()).toEqual(Object.keys(rates).toSorted());
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  for (const { name, limit, period } of found)
    expect({ name, limit, period }).toEqual({ name, limit: limits[rates[name]!], period: 60 });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
