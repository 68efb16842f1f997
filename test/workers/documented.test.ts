import { expect, test } from "vitest";
import { requireDocumented } from "./documented.ts";

const login = { method: "POST", path: "/v1/auth/login" };

test("API-14 a refusal that the document does not list for its route is found", () => {
  expect(() => requireDocumented(login, { code: "wrong_credentials" })).not.toThrow();
  expect(() => requireDocumented(login, { code: "room_full" })).toThrow("POST /v1/auth/login");
  const read = { method: "HEAD", path: "/v1/me/devices?nonsense=1" };
  expect(() => requireDocumented(read, { code: "unauthenticated" })).not.toThrow();
  expect(() => requireDocumented(read, { code: "handle_taken" })).toThrow("/v1/me/devices");
});

test("API-14 what belongs to no operation, and what is no refusal, is let be", () => {
  const nowhere = { method: "GET", path: "/v1/nowhere" };
  expect(() => requireDocumented(nowhere, { code: "no_such_route" })).not.toThrow();
  expect(() => requireDocumented(login, { code: "method_not_allowed" })).not.toThrow();
  for (const other of [null, "text", {}, { code: 1 }, { code: "SOMETHING_ELSE" }])
    expect(() => requireDocumented(login, other)).not.toThrow();
});
