import { afterAll, beforeAll, expect, test } from "vitest";
import type { RoomView } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";
import { signIn } from "./signing-in.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const leaves = (person: Person, body: object = { current_password: PASSWORD }) =>
  person.asks("/v1/me", { method: "DELETE", body });
const directory = async () => (await server.env()).DIRECTORY;
const sweeps = () => server.worker.scheduled({ cron: "*/15 * * * *", scheduledTime: new Date() });

/** As if the time of grace were over. */
async function graceIsOver(person: Person): Promise<void> {
  const passed = (await directory()).prepare(
    "UPDATE accounts SET leaving_at = ? WHERE user_id = ?",
  );
  await passed.bind(Date.now() - 1, person.user_id).run();
}

async function provenPerson(handle: string): Promise<Person> {
  const mail = `${handle}@example.org`;
  const person = await signUp(server.origin, handle, { mail, display_name: `Name of ${handle}` });
  const token = tokenIn(await letterTo(server.origin, mail, about.verify));
  await ask(server.origin, "/v1/auth/mail/verify", {
    method: "POST",
    body: { token },
    headers: { "cf-connecting-ip": person.address },
  });
  return person;
}

/** Every row of every table of the directory that has this text in it. */
async function rowsWith(text: string): Promise<string[]> {
  const database = await directory();
  const tables = await database
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    )
    .all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of tables.results) {
    const { results } = await database.prepare(`SELECT * FROM "${name}"`).all();
    for (const row of results)
      if (JSON.stringify(row).toLowerCase().includes(text.toLowerCase())) found.push(name);
  }
  return found;
}

test("END-1 who deletes their account is signed out everywhere and told until when they can come back", async () => {
  const ada = await provenPerson("ada");
  const phone = await ada.signsIn();
  const before = Date.now();
  const reply = await leaves(ada);
  expect(reply.status).toBe(200);
  const { leaving_at } = reply.json as { leaving_at: number };
  expect(leaving_at).toBeGreaterThanOrEqual(before + limits.deletion_grace_ms);
  for (const device of [ada, phone])
    expect(problemOf(await leaves(device)).code).toBe("unauthenticated");
  const letter = await letterTo(server.origin, "ada@example.org", about.leaving);
  expect(letter.text).toContain(new Date(leaving_at).toISOString().slice(0, 10));
});

test("END-2 signing in takes it back", async () => {
  const bo = await provenPerson("bo");
  await leaves(bo);
  const back = await signIn(server.origin, "bo");
  expect(back.user_id).toBe(bo.user_id);
  expect((await back.asks("/v1/me")).json).toMatchObject({ account: { leaving_at: null } });
  await sweeps();
  expect((await back.asks("/v1/me")).json).toMatchObject({
    user: { kind: "person", handle: "bo" },
  });
});

test("END-3 when the time of grace is over, nothing personal is left", async () => {
  const cleo = await provenPerson("cleopatra");
  const eve = await signUp(server.origin, "eve");
  const room_id = await eve.creates({ kind: "group", name: "Nile", members: [cleo.user_id] });
  await cleo.asks("/v1/me", { method: "PATCH", body: { pronouns: "she/cleopatra" } });
  await cleo.asks("/v1/me/settings", { method: "PATCH", body: { findable: true } });
  await cleo.asks("/v1/me/invitations", { method: "POST", body: {} });
  await eve.asks("/v1/me/invitations", { method: "POST", body: { mail: "Cleopatra@example.org" } });
  await letterTo(server.origin, "Cleopatra@example.org", about.invitation);
  await cleo.asks("/v1/bots", {
    method: "POST",
    body: { handle: "cleopatras.bot", display_name: "Bot of cleopatra" },
  });
  const database = await directory();
  await database.batch(
    [
      "INSERT INTO passkeys VALUES ('key of cleopatra', ?, 'x', 'x', 0, '[]', 0, 1, NULL)",
      "INSERT INTO second_factors VALUES (?, 'secret of cleopatra', 1, 0, 0)",
      "INSERT INTO recovery_codes VALUES ('code of cleopatra', ?)",
      "INSERT INTO identities VALUES ('https://id.example.org', 'cleopatra elsewhere', ?, 1)",
      "INSERT INTO links VALUES ('link of cleopatra', 'reset', ?, 'x', 9000000000000)",
    ].map((sql) => database.prepare(sql).bind(cleo.user_id)),
  );
  const inRoom = async () =>
    ((await eve.asks(`/v1/rooms/${room_id}`)).json as RoomView).members.map((one) => one.user_id);
  const inboxHas = async () =>
    ((await cleo.asks("/v1/me/inbox")).json as { rooms: unknown[] }).rooms.length;
  await expect.poll(inboxHas).toBe(1);
  expect(await rowsWith("cleopatra")).not.toEqual([]);
  await leaves(cleo);
  await letterTo(server.origin, "cleopatra@example.org", about.leaving);
  await graceIsOver(cleo);
  await sweeps();
  expect(await rowsWith("cleopatra")).toEqual([]);
  expect(await rowsWith(cleo.user_id)).toEqual(["accounts"]);
  expect(problemOf(await cleo.asks("/v1/me/inbox")).code).toBe("not_found");
  const gone = await eve.asks(`/v1/users?ids=${cleo.user_id}`);
  expect(gone.json).toMatchObject({
    users: [{ user_id: cleo.user_id, kind: "gone", display_name: "" }],
  });
  await expect.poll(inRoom).toEqual([eve.user_id]);
  for (const handle of ["cleopatra", "cleopatra@example.org"]) {
    const reply = await ask(server.origin, "/v1/auth/login", {
      method: "POST",
      body: { handle, password: PASSWORD },
      headers: { "cf-connecting-ip": cleo.address },
    });
    expect(problemOf(reply).code).toBe("wrong_credentials");
  }
});

test("END-4 the handle and the address of who has gone are free again", async () => {
  const dan = await provenPerson("dan");
  // Also one that they had before, and which was held for them.
  await dan.asks("/v1/me", { method: "PATCH", body: { handle: "daniel" } });
  await leaves(dan);
  await graceIsOver(dan);
  await sweeps();
  const again = await provenPerson("dan");
  expect(again.user_id).not.toBe(dan.user_id);
  expect((await again.asks("/v1/me")).json).toMatchObject({ account: { mail: "dan@example.org" } });
});

test("END-5 an erasure that was cut short is taken up again, and doing it twice does no harm", async () => {
  const ed = await provenPerson("edmund");
  await leaves(ed);
  await graceIsOver(ed);
  // As it stands after the first step.
  const marked = (await directory()).prepare("UPDATE accounts SET kind = 'gone' WHERE user_id = ?");
  await marked.bind(ed.user_id).run();
  const reply = await ask(server.origin, "/v1/auth/login", {
    method: "POST",
    body: { handle: "edmund", password: PASSWORD },
    headers: { "cf-connecting-ip": ed.address },
  });
  expect(problemOf(reply).code).toBe("wrong_credentials");
  await sweeps();
  expect(await rowsWith("edmund")).toEqual([]);
  await sweeps();
  const row = await (
    await directory()
  )
    .prepare("SELECT kind, leaving_at FROM accounts WHERE user_id = ?")
    .bind(ed.user_id)
    .first();
  expect(row).toEqual({ kind: "gone", leaving_at: null });
});

test("END-6 one account that cannot be erased keeps no other back", async () => {
  const database = await directory();
  // Not an id that any actor answers to as a person's: its row alone is there.
  await database
    .prepare(
      "INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, created_at, leaving_at) VALUES ('nonsense', 'person', 'stuck', 'stuck', 'Stuck', 1, 1)",
    )
    .run();
  await database.exec(
    "CREATE TRIGGER stuck BEFORE UPDATE ON accounts WHEN old.user_id = 'nonsense' BEGIN SELECT RAISE(ABORT, 'stuck'); END",
  );
  const fay = await provenPerson("fayette");
  await leaves(fay);
  await graceIsOver(fay);
  await sweeps();
  expect(await rowsWith("fayette")).toEqual([]);
  const failures = server.harness.getLogs().map((entry) => entry.message);
  expect(failures.join("\n")).toContain("account.erase.failed");
  await database.exec("DROP TRIGGER stuck");
  await database.exec("DELETE FROM accounts WHERE user_id = 'nonsense'");
});

test("END-7 what has run out is swept away, and what has not stays", async () => {
  const database = await directory();
  const later = Date.now() + 60_000;
  for (const [id, at] of [
    ["old", 1],
    ["new", later],
  ] as const) {
    await database.batch([
      database
        .prepare("INSERT INTO links VALUES (?, 'verify', 'user', 'a@example.org', ?)")
        .bind(`link ${id}`, at),
      database.prepare("INSERT INTO spent VALUES (?, ?)").bind(`spent ${id}`, at),
      database
        .prepare("INSERT INTO invitations VALUES (?1, ?1, 'user', NULL, 0, NULL, 1, 1, ?2)")
        .bind(`inv ${id}`, at),
      database.prepare("INSERT INTO invitation_uses VALUES (?, 'user')").bind(`inv ${id}`),
    ]);
  }
  await sweeps();
  for (const [table, column] of [
    ["links", "link_hash"],
    ["spent", "spent_id"],
    ["invitations", "invitation_id"],
    ["invitation_uses", "invitation_id"],
  ]) {
    const { results } = await database
      .prepare(
        `SELECT ${column} AS id FROM ${table} WHERE ${column} LIKE '% old' OR ${column} LIKE '% new'`,
      )
      .all<{ id: string }>();
    expect(results.map((row) => row.id.split(" ")[1])).toEqual(["new"]);
  }
});

test("END-8 deleting asks for proof, and for a body of its own form", async () => {
  const gus = await signUp(server.origin, "gus");
  expect(problemOf(await leaves(gus, { current_password: "wrong one here" })).code).toBe(
    "wrong_credentials",
  );
  expect(problemOf(await leaves(gus, { user_id: "user_1" })).code).toBe("invalid");
  expect((await gus.asks("/v1/me")).json).toMatchObject({ account: { leaving_at: null } });
});
