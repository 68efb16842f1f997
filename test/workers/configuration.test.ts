import { expect, test } from "vitest";
import { configuration } from "../../workers/env.ts";
import { makeKeys, makeSigningKey, secretsOf } from "../support/keys.ts";

const right = () => ({ CORS_ORIGINS: "", LOG_LEVEL: "info", ...secretsOf(makeKeys()) });

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

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
