import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Contact } from "../../schema/contact.ts";
import { newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { createAddressBook } from "../../workers/services/address-book.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, PASSWORD, problemOf, signUp } from "./person.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Page {
  contacts: { contact: Contact; user: User }[];
  after: string | null;
}
const to = (other: Person) => `/v1/me/contacts/${other.user_id}`;
const wants = (one: Person, other: Person, key?: string) =>
  one.asks(to(other), { method: "PUT", ...(key ? { headers: { "idempotency-key": key } } : {}) });
const ends = (one: Person, other: Person) => one.asks(to(other), { method: "DELETE" });
const page = async (of: Person, query = "") =>
  (await of.asks(`/v1/me/contacts${query}`)).json as Page;
const stateOf = async (of: Person, other: Person) =>
  (await page(of)).contacts.find(({ user }) => user.user_id === other.user_id)?.contact.state;
const people = (...handles: string[]) =>
  Promise.all(handles.map((handle) => signUp(server.origin, handle)));

test("ADR-1 who asks is asking, who is asked accepts by asking too, and either ends it", async () => {
  const [ada, bo] = (await people("ada", "bo")) as [Person, Person];
  expect((await wants(ada, bo)).status).toBe(200);
  await expect.poll(() => stateOf(bo, ada)).toBe("requests");
  expect(await stateOf(ada, bo)).toBe("requested");
  expect((await wants(bo, ada)).status).toBe(200);
  await expect.poll(() => stateOf(ada, bo)).toBe("contact");
  expect(await stateOf(bo, ada)).toBe("contact");
  expect((await ends(bo, ada)).status).toBe(200);
  await expect.poll(() => stateOf(ada, bo)).toBeUndefined();
});

test("ADR-1 a request is taken back by who made it, and declined by who got it", async () => {
  const [cy, di] = (await people("cy", "di")) as [Person, Person];
  await wants(cy, di);
  await expect.poll(() => stateOf(di, cy)).toBe("requests");
  expect((await ends(cy, di)).status).toBe(200);
  await expect.poll(() => stateOf(di, cy)).toBeUndefined();
  await wants(cy, di);
  await expect.poll(() => stateOf(di, cy)).toBe("requests");
  expect((await ends(di, cy)).status).toBe(200);
  await expect.poll(() => stateOf(cy, di)).toBeUndefined();
});

test("ADR-2 a repeated request has one effect, and its first answer", async () => {
  const [ed, flo] = (await people("ed", "flo")) as [Person, Person];
  const first = await wants(ed, flo, "once");
  expect(first.json).toMatchObject({ replayed: false });
  expect((await wants(ed, flo, "once")).json).toEqual({
    ...(first.json as object),
    replayed: true,
  });
  await wants(flo, ed);
  await expect.poll(() => stateOf(ed, flo)).toBe("contact");
  // Also where the two have come further meanwhile.
  expect((await wants(ed, flo, "once")).status).toBe(200);
});

test("ADR-3 nobody who is not there, or not any more, is asked or blocked", async () => {
  const [gil] = (await people("gil")) as [Person];
  for (const path of ["contacts", "blocks"]) {
    const nobody = await gil.asks(`/v1/me/${path}/${newId("user")}`, { method: "PUT" });
    expect(problemOf(nobody).code).toBe("not_found");
    const nonsense = await gil.asks(`/v1/me/${path}/zq`, { method: "PUT" });
    expect(problemOf(nonsense).code).toBe("not_found");
  }
});

test("ADR-4 a block is noted for its maker only, and taken back", async () => {
  const [hal, ina] = (await people("hal", "ina")) as [Person, Person];
  const blocks = async (of: Person) =>
    ((await of.asks("/v1/me/inbox")).json as InboxState).blocks.map((block) => block.user_id);
  expect((await hal.asks(`/v1/me/blocks/${ina.user_id}`, { method: "PUT" })).status).toBe(200);
  expect(await blocks(hal)).toEqual([ina.user_id]);
  expect(await blocks(ina)).toEqual([]);
  expect((await wants(ina, hal)).status).toBe(200);
  expect((await page(hal)).contacts).toEqual([]);
  expect((await hal.asks(`/v1/me/blocks/${ina.user_id}`, { method: "DELETE" })).status).toBe(200);
  expect(await blocks(hal)).toEqual([]);
});

test("ADR-5 contacts are found by handle or name, in any case and script, page by page", async () => {
  const [jo, kim, lou] = (await people("jo", "kim", "lou")) as [Person, Person, Person];
  await kim.asks("/v1/me", { method: "PATCH", body: { display_name: "Åsa Öberg" } });
  await Promise.all([wants(jo, kim), wants(jo, lou)]);
  const found = async (search: string) =>
    (await page(jo, `?search=${encodeURIComponent(search)}`)).contacts.map(
      ({ user }) => user.handle,
    );
  expect(await found("")).toEqual(["kim", "lou"]);
  expect(await found("LO")).toEqual(["lou"]);
  expect(await found("öBERG")).toEqual(["kim"]);
  expect(await found("%")).toEqual([]);
  expect((await page(jo, "?after=kim")).contacts.map(({ user }) => user.handle)).toEqual(["lou"]);
  for (const query of ["?search=a&search=b", "?nonsense=1", `?search=${"x".repeat(200)}`])
    expect(problemOf(await jo.asks(`/v1/me/contacts${query}`)).code).toBe("invalid");
});

test("ADR-5 a page has so many contacts, and says where the next one begins", async () => {
  const { DIRECTORY } = await server.env();
  const row = DIRECTORY.prepare(
    "INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, created_at) VALUES (?1, 'person', ?2, ?2, 'Many', 1)",
  );
  const ids = Array.from({ length: limits.contacts_page + 5 }, () => newId("user"));
  const handles = ids.map((_, at) => `many${String(at).padStart(4, "x")}`);
  await DIRECTORY.batch(ids.map((id, at) => row.bind(id, handles[at])));
  const book = createAddressBook(DIRECTORY, "salt");
  const limit = limits.contacts_page;
  const first = await book.contacts({ user_ids: ids, search: "", after: "", limit });
  expect(first).toHaveLength(limit + 1);
  const after = first[limit - 1]!.handle;
  const second = await book.contacts({ user_ids: ids, search: "many", after, limit });
  expect([...first.slice(0, limit), ...second].map((user) => user.handle)).toEqual(
    handles.toSorted(),
  );
});

const hashed = (salt: string, mail: string) =>
  createHash("sha256")
    .update(salt + mail)
    .digest("base64url");
const saltFor = async (person: Person) =>
  ((await person.asks("/v1/contacts/salt")).json as { salt: string }).salt;
const looksUp = (person: Person, hashes: string[], from = person.address) =>
  person.asks("/v1/contacts/lookup", {
    method: "POST",
    body: { hashes },
    headers: { "cf-connecting-ip": from },
  });
const findable = (person: Person, value: boolean) =>
  person.asks("/v1/me/settings", { method: "PATCH", body: { findable: value } });

async function proves(person: Person, mail: string): Promise<void> {
  const token = tokenIn(await letterTo(server.origin, mail, about.verify));
  const headers = { "cf-connecting-ip": person.address };
  await ask(server.origin, "/v1/auth/mail/verify", { method: "POST", body: { token }, headers });
}

async function proven(handle: string): Promise<Person> {
  const mail = `${handle}@example.org`;
  const person = await signUp(server.origin, handle, { mail });
  await proves(person, mail);
  return person;
}

test("ADR-6 an address is found by who has it where its owner wants to be found, and not otherwise", async () => {
  const mia = await proven("mia");
  const ned = await proven("ned");
  const salt = await saltFor(ned);
  const hash = hashed(salt, "mia@example.org");
  const matches = async () => (await looksUp(ned, [hash, hashed(salt, "other@example.org")])).json;
  expect(await matches()).toEqual({ matches: [] });
  await findable(mia, true);
  expect(await matches()).toMatchObject({ matches: [{ hash, user: { user_id: mia.user_id } }] });
  await findable(mia, false);
  expect(await matches()).toEqual({ matches: [] });
});

test("ADR-6 who wants to be found is found once their address is proved, and by another one after it", async () => {
  const ola = await signUp(server.origin, "ola", { mail: "ola@example.org" });
  const pat = await proven("pat");
  const salt = await saltFor(pat);
  const hash = hashed(salt, "ola@example.org");
  const other = hashed(salt, "ola@example.com");
  const found = async () =>
    ((await looksUp(pat, [hash, other])).json as { matches: { hash: string }[] }).matches.map(
      (match) => match.hash,
    );
  await findable(ola, true);
  expect(await found()).toEqual([]);
  await proves(ola, "ola@example.org");
  expect(await found()).toEqual([hash]);
  const change = { mail: "ola@example.com", current_password: PASSWORD };
  await ola.asks("/v1/me/mail", { method: "PUT", body: change });
  expect(await found()).toEqual([hash]);
  await proves(ola, "ola@example.com");
  expect(await found()).toEqual([other]);
  await ola.asks("/v1/me/mail", { method: "PUT", body: { mail: null } });
  expect(await found()).toEqual([]);
});

test("ADR-7 the salt is the deployment's own, and the same for everybody", async () => {
  const [quinn, rob] = (await people("quinn", "rob")) as [Person, Person];
  const salt = await saltFor(quinn);
  expect(salt).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await saltFor(rob)).toBe(salt);
});

const many = (round: number) =>
  Array.from({ length: limits.contact_lookups_burst }, (_, at) => hashed("x", `${round} ${at}`));

test("ADR-8 a day's comparisons are counted, so that no list of addresses is tried out here", async () => {
  const sam = await proven("sam");
  const statuses: number[] = [];
  const rounds = limits.contact_lookups_per_day / limits.contact_lookups_burst;
  for (let round = 0; round <= rounds; round += 1)
    statuses.push((await looksUp(sam, many(round), addressFor(`sam ${round}`))).status);
  expect(statuses.at(-1)).toBe(429);
  const refused = problemOf(await looksUp(sam, many(9), addressFor("sam 9")));
  expect(refused.code).toBe("slow_down");
  expect(refused.retry_after_ms).toBeGreaterThan(60_000);
});

test("ADR-11 fresh accounts at one address compare no more than one does", async () => {
  const farm: Person[] = [];
  for (const handle of ["vi", "wes", "xan", "yve", "zoe"]) farm.push(await proven(handle));
  const began = Date.now();
  const replies = await Promise.all(
    farm.map((one, round) => looksUp(one, many(round), addressFor("a farm"))),
  );
  const minutes = 2 + Math.floor((Date.now() - began) / 60_000);
  const compared = replies.filter(({ status }) => status === 200).length;
  const portions = limits.contact_lookups_per_address * minutes;
  expect(compared * limits.contact_lookups_burst).toBeLessThanOrEqual(
    portions * limits.contact_lookup_portion,
  );
  const refused = replies.find(({ status }) => status === 429);
  expect(problemOf(refused!).code).toBe("slow_down");
  const ari = await proven("ari");
  expect((await looksUp(ari, [hashed("x", "one")], addressFor("elsewhere"))).status).toBe(200);
});

test("ADR-12 who has proved no address compares none", async () => {
  const [abe] = (await people("abe")) as [Person];
  const ben = await signUp(server.origin, "ben", { mail: "ben@example.org" });
  for (const one of [abe, ben])
    expect(problemOf(await looksUp(one, [hashed("x", "y")])).code).toBe("mail_unproved");
  await proves(ben, "ben@example.org");
  expect((await looksUp(ben, [hashed("x", "y")])).status).toBe(200);
});

test.each([
  [{}],
  [{ hashes: "x" }],
  [{ hashes: ["short"] }],
  [{ hashes: ["mia@example.org"] }],
  [{ hashes: Array.from({ length: limits.contact_lookups_burst + 1 }, () => "x".repeat(43)) }],
])("ADR-9 a lookup with another form is refused (%#)", async (body) => {
  const [tom] = [await signUp(server.origin, `tom${Math.random().toString(36).slice(2, 9)}`)];
  const reply = await tom.asks("/v1/contacts/lookup", { method: "POST", body });
  expect(problemOf(reply).code).toBe("invalid");
});

test("ADR-10 after a change of keys the hashes are made anew", async () => {
  const una = await proven("una");
  await findable(una, true);
  const { DIRECTORY } = await server.env();
  const before = createAddressBook(DIRECTORY, await saltFor(una));
  const after = createAddressBook(DIRECTORY, "another salt of this deployment, later");
  const hash = hashed("another salt of this deployment, later", "una@example.org");
  expect(await before.refresh(100)).toBe(0);
  expect(await after.matches([hash])).toEqual([]);
  expect(await after.refresh(100)).toBeGreaterThan(0);
  expect(await after.matches([hash])).toMatchObject([{ user: { handle: "una" } }]);
  expect(await after.refresh(100)).toBe(0);
  await before.refresh(100);
});
