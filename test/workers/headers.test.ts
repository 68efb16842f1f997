import { expect, test } from "vitest";
import { addSecurityHeaders, pagePolicy } from "../../workers/headers.ts";

const headersFor = (url: string) => {
  const headers = new Headers();
  addSecurityHeaders(headers, new URL(url));
  return headers;
};

test("API-16 over https the browser is told to stay there, and over http it is not", () => {
  expect(headersFor("https://chat.example.org/").get("strict-transport-security")).toContain(
    "max-age=",
  );
  expect(headersFor("http://localhost:8787/").has("strict-transport-security")).toBe(false);
});

test("API-16 the page may open sockets to its own host only", () => {
  expect(pagePolicy(new URL("https://chat.example.org/"))).toContain(
    "connect-src 'self' wss://chat.example.org;",
  );
  expect(pagePolicy(new URL("http://localhost:8787/"))).toContain(
    "connect-src 'self' ws://localhost:8787;",
  );
});
