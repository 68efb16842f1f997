import { afterAll, beforeAll, expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person, Reply } from "./person.ts";
import { addressFor, ask, cookieHeader, PASSWORD, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "bo")]);
});
afterAll(() => server.close());

interface Try {
  handle?: string;
  password?: string;
  from: string;
  cookies?: Record<string, string>;
}
const login = ({ handle = "ada", password = "wrong password", from, cookies = {} }: Try) =>
  ask(server.origin, "/v1/auth/login", {
    method: "POST",
    body: { handle, password },
    headers: { "cf-connecting-ip": addressFor(from), cookie: cookieHeader(cookies) },
  });
const codes = (replies: readonly Reply[]) =>
  Map.groupBy(replies, (reply) => (reply.status < 300 ? "in" : problemOf(reply).code));
const count = (replies: readonly Reply[], code: string) =>
  codes(replies).get(code as never)?.length ?? 0;
const known = ({ cookies }: Person) => ({
  "__Host-quoth_known": cookies["__Host-quoth_known"] ?? "",
});
/** The limits count by the minute, and a test runs over the end of one, or of more on a busy machine. */
const MINUTE_MS = 60_000;
const began = Date.now();
const windows = (since = began) => 2 + Math.floor((Date.now() - since) / MINUTE_MS);
/** One person's, who can make as many as they like of what a browser remembers of them. */
async function browsersOf(person: Person, many: number): Promise<Record<string, string>[]> {
  const browsers = [person];
  while (browsers.length < many) browsers.push(await browsers.at(-1)!.signsIn());
  return browsers.map(known);
}

test("RATE-3 RATE-4 a thousand wrong passwords: few are hashed, and the owner still gets in", async () => {
  const replies: Reply[] = [];
  for (let round = 0; round < 20; round += 1) {
    const batch = Array.from({ length: 50 }, (_, i) => login({ from: `attacker ${round} ${i}` }));
    replies.push(...(await Promise.all(batch)));
  }
  expect(replies).toHaveLength(1_000);
  // Only what was hashed is told that the password is wrong; everything else was refused before.
  const hashed = count(replies, "wrong_credentials");
  expect(hashed).toBeGreaterThan(0);
  expect(hashed).toBeLessThanOrEqual(windows() * limits.sign_in_per_account);
  expect(count(replies, "slow_down")).toBe(1_000 - hashed);

  const [refused] = codes(replies).get("slow_down") ?? [];
  expect(problemOf(refused!)).toMatchObject({ retryable: true, status: 429 });
  expect(problemOf(refused!).retry_after_ms).toBeLessThanOrEqual(60_000);
  expect(refused?.headers.get("retry-after")).toBe("60");

  // From elsewhere not even the right password is looked at now; from a browser of hers it is.
  const right = { password: PASSWORD, from: "at home" };
  expect((await login({ ...right, cookies: known(ada) })).status).toBe(200);
  // Another's browser is not hers. A new minute may have begun: what it allows is used up first.
  const more = Array.from({ length: limits.sign_in_per_account }, (_, i) =>
    login({ from: `${i}` }),
  );
  await Promise.all(more);
  const stranger = await login({ password: PASSWORD, from: "at bo's", cookies: known(bo) });
  expect(problemOf(stranger).code).toBe("slow_down");
}, 180_000);

test("RATE-3 a handle that nobody has is limited like one that somebody has", async () => {
  const tries = Array.from({ length: 3 * limits.sign_in_per_account }, (_, i) =>
    login({ handle: "nobody.at.all", from: `prober ${i}` }),
  );
  const replies = await Promise.all(tries);
  const hashed = count(replies, "wrong_credentials");
  expect(hashed).toBeGreaterThan(0);
  expect(hashed).toBeLessThanOrEqual(windows() * limits.sign_in_per_account);
  expect(count(replies, "slow_down")).toBe(tries.length - hashed);
});

test("RATE-4 a browser that is known has no more tries than anyone else", async () => {
  const tries = Array.from({ length: 3 * limits.sign_in_per_known_device }, (_, i) =>
    login({ handle: "bo", from: `bo ${i}`, cookies: known(bo) }),
  );
  const replies = await Promise.all(tries);
  expect(count(replies, "wrong_credentials")).toBeLessThanOrEqual(
    windows() * limits.sign_in_per_known_device,
  );
  expect(count(replies, "slow_down")).toBeGreaterThan(0);
});

test("RATE-4 however many browsers know an account, their tries on it are counted together", async () => {
  const browsers = await browsersOf(await signUp(server.origin, "cy"), 8);
  const since = Date.now();
  const tries = browsers.flatMap((cookies, at) =>
    Array.from({ length: limits.sign_in_per_known_device }, (_, i) =>
      login({ handle: "cy", from: `cy ${at} ${i}`, cookies }),
    ),
  );
  const replies = await Promise.all(tries);
  const hashed = count(replies, "wrong_credentials");
  expect(hashed).toBeLessThanOrEqual(windows(since) * limits.sign_in_per_known_devices);
  expect(count(replies, "slow_down")).toBe(tries.length - hashed);
});

test("RATE-2 RATE-4 browsers that are known in one account are counted by address in every other", async () => {
  const browsers = await browsersOf(await signUp(server.origin, "dee"), 8);
  const since = Date.now();
  const tries = browsers.flatMap((cookies, at) =>
    Array.from({ length: limits.sign_in_per_known_device }, (_, i) =>
      login({ handle: `victim.${at}.${i}`, from: "dee's place", cookies }),
    ),
  );
  const replies = await Promise.all(tries);
  const hashed = count(replies, "wrong_credentials");
  expect(hashed).toBeLessThanOrEqual(windows(since) * limits.sign_in_per_address);
  expect(count(replies, "slow_down")).toBe(tries.length - hashed);
  // The account that they know is reachable from there all the same.
  const cookies = browsers[0] ?? {};
  const own = { handle: "dee", password: PASSWORD, from: "dee's place", cookies };
  expect((await login(own)).status).toBe(200);
});

test("RATE-2 one address tries a few accounts and no more", async () => {
  const tries = Array.from({ length: 3 * limits.sign_in_per_address }, (_, i) =>
    login({ handle: `somebody.${i}`, from: "one place" }),
  );
  const replies = await Promise.all(tries);
  expect(count(replies, "wrong_credentials")).toBeLessThanOrEqual(
    windows() * limits.sign_in_per_address,
  );
  expect(count(replies, "slow_down")).toBeGreaterThan(0);
  expect(problemOf(await login({ handle: "cy", from: "another place" })).code).toBe(
    "wrong_credentials",
  );
});

test("RATE-2 one address makes so many accounts and no more", async () => {
  // With a password that is refused, so that nothing is hashed: what counts is the try.
  const register = (i: number) =>
    ask(server.origin, "/v1/auth/register", {
      method: "POST",
      body: { handle: `farm${i}`, password: "password123" },
      headers: { "cf-connecting-ip": addressFor("a farm") },
    });
  const tries = 3 * limits.registrations_per_address;
  const replies = await Promise.all(Array.from({ length: tries }, (_, i) => register(i)));
  expect(count(replies, "weak_password")).toBeLessThanOrEqual(
    windows() * limits.registrations_per_address,
  );
  expect(count(replies, "slow_down")).toBeGreaterThan(0);
});

test("RATE-5 handles are looked up so often and no more; ids and the rest go on", async () => {
  const tries = 3 * limits.lookups_per_minute;
  const replies = await Promise.all(
    Array.from({ length: tries }, (_, i) => bo.asks(`/v1/users?handle=guess.${i}`)),
  );
  expect(count(replies, "in")).toBeLessThanOrEqual(windows() * limits.lookups_per_minute);
  expect(count(replies, "slow_down")).toBeGreaterThan(0);
  expect((await bo.asks(`/v1/users?ids=${ada.user_id}`)).status).toBe(200);
  expect((await ada.asks("/v1/users?handle=bo")).status).toBe(200);
});

test("RATE-5 so many rooms a minute and no more", async () => {
  const tries = 3 * limits.rooms_per_minute;
  const replies = await Promise.all(
    Array.from({ length: tries }, (_, i) =>
      bo.asks("/v1/rooms", { method: "POST", body: { kind: "group", name: `Room ${i}` } }),
    ),
  );
  expect(count(replies, "in")).toBeLessThanOrEqual(windows() * limits.rooms_per_minute);
  expect(count(replies, "slow_down")).toBeGreaterThan(0);
});
