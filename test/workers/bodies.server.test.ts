import { afterAll, beforeAll, expect, test } from "vitest";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";
import type { Route } from "./routes.ts";
import { filled, routes } from "./routes.ts";

/** Every body that a route takes, made wrong in every one of its fields. */
const MARK = "zq-marker-zq";

let server: Server;
let ada: Person;
let ids: Record<string, string>;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server.origin, "ada");
  ids = {
    room_id: await ada.creates({ kind: "group", name: "Lighthouse" }),
    message_id: messageIdOf(newId("command")),
    user_id: newId("user"),
    device_id: ada.session.device_id,
  };
});
afterAll(() => server.close());

/** The refusal, and nothing of what was sent in it. */
async function codeFor({ method, path }: Route, body: unknown): Promise<string> {
  const reply = await ada.asks(filled(path, ids), { method, body });
  expect(reply.text).not.toContain(MARK);
  return problemOf(reply).code;
}

const withBodies = routes.filter((route) => route.body !== undefined);

test("API-4 the walk has every body there is", () => {
  expect(withBodies.length).toBeGreaterThan(30);
});

/** What only the deployment sets, and what belongs to somebody else. */
const foreign: Record<string, unknown> = {
  role: "owner",
  verified: true,
  id: MARK,
  user_id: newId("user"),
  kind: "system",
  owner: newId("user"),
  password_hash: MARK,
  created_at: 0,
  leaving_at: null,
  [MARK]: MARK,
};

for (const route of withBodies) {
  const body = route.body ?? {};

  test(`API-4 nothing can be set that is not in the contract: ${route.name}`, async () => {
    for (const [field, value] of Object.entries(foreign)) {
      if (field in body) continue;
      // An object beside the field that a passkey's answer is: it has fields of its own.
      expect(await codeFor(route, { ...body, [field]: value }), field).toBe("invalid");
    }
    const prototype = JSON.stringify(body).replace("{", '{"__proto__":{"verified":true},');
    expect(await codeFor(route, prototype.replace(",}", "}"))).toBe("invalid");
  });

  test(`API-3 every field is of its kind, and there if it must be: ${route.name}`, async () => {
    for (const field of Object.keys(body)) {
      const wrong = { ...body, [field]: { [MARK]: MARK } };
      expect(await codeFor(route, wrong), `${field} of another kind`).toBe("invalid");
    }
    for (const field of route.required) {
      const { [field]: _, ...rest } = body;
      expect(await codeFor(route, rest), `${field} missing`).toBe("invalid");
    }
  });

  test(`API-5 API-6 a body is one JSON object, and no larger than allowed: ${route.name}`, async () => {
    expect(await codeFor(route, `{"a": ${MARK}`)).toBe("bad_frame");
    expect(await codeFor(route, [body])).toBe("bad_frame");
    const padding = "x".repeat(route.body_bytes);
    expect(await codeFor(route, { ...body, padding })).toBe("too_large");
  });
}
