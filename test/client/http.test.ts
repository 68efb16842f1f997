import { expect, test } from "vitest";
import { createClient, QuothError, type Fetch } from "../../client/index.ts";
import { newId } from "../../schema/ids.ts";
import { FakeClock } from "./fake-clock.ts";

type Asked = { url: string } & Parameters<Fetch>[1];

/** A client whose calls are answered one after another with what is given. */
function asks(...answers: ([number, unknown] | Error)[]) {
  const asked: Asked[] = [];
  const clock = new FakeClock();
  const fetch: Fetch = async (url, request) => {
    asked.push({ url, ...request });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return { status: answer[0], text: () => bodyOf(answer[1]) };
  };
  const WebSocket = class {} as never;
  const client = createClient({
    url: "https://quoth.test",
    fetch,
    clock,
    WebSocket,
    random: () => 0.5,
    token: "first",
  });
  return { client, asked, clock };
}

/** A body that is an error breaks off. */
const bodyOf = async (body: unknown) => {
  if (body instanceof Error) throw body;
  return JSON.stringify(body ?? null);
};

const problem = (code: string, status: number, retryable: boolean, more = {}) =>
  [
    status,
    {
      type: "/docs",
      title: `It is ${code}.`,
      status,
      code,
      retryable,
      request_id: "request_7",
      ...more,
    },
  ] as [number, unknown];
const failed = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as QuothError,
  );
const user = {
  user_id: newId("user"),
  kind: "person",
  handle: "ada",
  display_name: "Ada",
  pronouns: "",
  fields: [],
  verified: false,
  created_at: 0,
};
const session = { user, device_id: newId("device"), access_token: "second", expires_at: Infinity };
const created = { room_id: newId("room"), receipt: null, replayed: false };

test("CLI-24: a refused call throws its code, whether to try again, and the request's id", async () => {
  const { client } = asks(problem("handle_taken", 409, false, { field: "handle" }));
  const error = await failed(client.register({ handle: "ada", password: "correct horse" }));
  expect(error).toBeInstanceOf(QuothError);
  expect(error).toMatchObject({
    code: "handle_taken",
    retryable: false,
    request_id: "request_7",
    field: "handle",
    message: "It is handle_taken.",
  });
});

test("CLI-24: no answer, one that is not the contract's, and a stranger's error page have codes too", async () => {
  expect(
    await failed(asks(new TypeError("offline")).client.signIn({ handle: "a", password: "b" })),
  ).toMatchObject({ code: "unreachable", retryable: true });
  expect(
    await failed(asks([200, { surprise: true }]).client.signIn({ handle: "a", password: "b" })),
  ).toMatchObject({ code: "bad_answer" });
  expect(
    await failed(asks([502, null]).client.signIn({ handle: "a", password: "b" })),
  ).toMatchObject({ code: "unavailable", retryable: true });
});

test("CLI-24: a command is tried again under the same id, after the time that was asked for", async () => {
  const { client, asked, clock } = asks(
    problem("slow_down", 429, true, { retry_after_ms: 3_000 }),
    new TypeError("offline"),
    [201, created],
  );
  const done = client.createRoom({ kind: "channel", name: "tea" });
  await clock.advance(2_900);
  expect(asked).toHaveLength(1);
  await clock.advance(5_000);
  expect(await done).toEqual(created);
  const ids = asked.map(({ headers }) => headers["idempotency-key"]);
  expect(ids[0]).toMatch(/^command_/);
  expect(new Set(ids).size).toBe(1);
  expect(asked[0]).toMatchObject({
    url: "https://quoth.test/v1/rooms",
    method: "POST",
    body: '{"kind":"channel","name":"tea"}',
  });
});

test("CLI-24: an answer that breaks off in its body is tried again, as is a 404 of something on the way", async () => {
  const { client, asked, clock } = asks(
    [201, new TypeError("terminated")],
    [404, "<html>no such host</html>"],
    [201, created],
  );
  const done = client.createRoom({ kind: "channel", name: "tea" });
  await clock.advance(30_000);
  expect(await done).toEqual(created);
  expect(asked).toHaveLength(3);
});

test("CLI-24: a code that only a newer server knows is passed on, with what it says to do", async () => {
  const { client, asked } = asks(problem("room_on_fire", 409, false));
  expect(await failed(client.join(created.room_id))).toMatchObject({
    code: "room_on_fire",
    retryable: false,
  });
  expect(asked).toHaveLength(1);
});

test("CLI-24: what is refused for good is not tried again", async () => {
  const { client, asked } = asks(problem("not_found", 404, false));
  expect(await failed(client.join(created.room_id))).toMatchObject({ code: "not_found" });
  expect(asked).toHaveLength(1);
});

test("CLI-24: signing in is never repeated by itself, and brings the token for what follows", async () => {
  const { client, asked } = asks([200, session], [200, { users: [user] }]);
  expect(await client.signIn({ handle: "ada", password: "correct horse" })).toEqual(user);
  expect(await client.userByHandle("ada")).toEqual(user);
  expect(asked.map(({ headers }) => headers["authorization"])).toEqual([
    "Bearer first",
    "Bearer second",
  ]);
  expect(
    await failed(asks(new TypeError("offline")).client.signIn({ handle: "a", password: "b" })),
  ).toMatchObject({ code: "unreachable" });
});
