import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { hashPassword } from "../../workers/services/passwords.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, PASSWORD, personOf, problemOf, signUp } from "./person.ts";

/** The one whom the deployment's configuration names, before anybody has an account. */
const operator_id = newId("user");
let server: Server;
let operator: Person;
let ada: Person;

beforeAll(async () => {
  server = await startServer({ vars: { OPERATORS: ` ${operator_id},` } });
  const { DIRECTORY } = await server.env();
  await DIRECTORY.prepare(
    `INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, password_hash, created_at)
     VALUES (?1, 'person', 'op', 'op', 'Op', ?2, 1)`,
  )
    .bind(operator_id, await hashPassword(PASSWORD))
    .run();
  const login = { handle: "op", password: PASSWORD };
  const headers = { "cf-connecting-ip": addressFor("op") };
  const request = { method: "POST", body: login, headers };
  operator = personOf(server.origin, "op", await ask(server.origin, "/v1/auth/login", request));
  ada = await signUp(server.origin, "ada");
});
afterAll(() => server.close());

const badge = (by: Person, verified: boolean, of = ada.user_id) =>
  by.asks(`/v1/users/${of}/verified`, { method: "PUT", body: { verified } });
const sessions = (by: Person, of = ada.user_id) =>
  by.asks(`/v1/users/${of}/sessions`, { method: "DELETE" });
const isVerified = async () => {
  const { json } = await operator.asks(`/v1/users?ids=${ada.user_id}`);
  return (json as { users: { verified: boolean }[] }).users[0]?.verified;
};

test("OPR-1 the badge is an operator's to give and to take, and nobody's own", async () => {
  expect(problemOf(await badge(ada, true)).code).toBe("not_found");
  expect(await isVerified()).toBe(false);
  expect((await badge(operator, true)).status).toBe(204);
  expect(await isVerified()).toBe(true);
  expect((await badge(operator, false)).status).toBe(204);
  expect(await isVerified()).toBe(false);
  expect(problemOf(await badge(operator, true, newId("user"))).code).toBe("not_found");
});

test("OPR-2 an operator signs somebody out everywhere, and nobody else does", async () => {
  const phone = await ada.signsIn();
  expect(problemOf(await sessions(ada, operator.user_id)).code).toBe("not_found");
  expect((await sessions(operator)).status).toBe(204);
  const change = { method: "PUT", body: { mode: "away" } };
  for (const device of [ada, phone])
    expect(problemOf(await device.asks("/v1/me/mode", change)).code).toBe("unauthenticated");
  expect((await operator.asks("/v1/me/mode", change)).status).toBe(200);
});
