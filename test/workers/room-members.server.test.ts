import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsersSchema } from "../../schema/http.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { checkStep } from "../../workers/consumers/archive.ts";
import type { Bindings } from "../../workers/env.ts";
import { historyDatabases } from "../../workers/env.ts";
import { followMembers } from "../../workers/services/follow-members.ts";
import { historyOf } from "../../workers/services/history.ts";
import { createRoomMembers } from "../../workers/services/room-members.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { BuiltLog } from "./log-builder.ts";
import { buildLog } from "./log-builder.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
let env: Bindings;
let ada: Person;
let zoe: Person;
let eve: Person;

beforeAll(async () => {
  server = await startServer();
  env = await server.env();
  [ada, zoe, eve] = await Promise.all([
    signUp(server.origin, "ada", { display_name: "Ada Lovelace" }),
    signUp(server.origin, "zoe", { display_name: "Zoë Ångström" }),
    signUp(server.origin, "eve", { display_name: "Eve Adamson" }),
  ]);
});
afterAll(() => server.close());

async function offered(who: Person, room_id: RoomId, query: string): Promise<string[]> {
  const reply = await who.asks(`/v1/rooms/${room_id}/members?query=${encodeURIComponent(query)}`);
  expect(reply.status, reply.text).toBe(200);
  return v.parse(UsersSchema, reply.json).users.map(({ handle }) => handle);
}

/** The copy is some seconds behind. */
async function comesToOffer(room_id: RoomId, query: string, handles: string[]): Promise<void> {
  const until = Date.now() + 20_000;
  while ((await offered(ada, room_id, query)).join() !== handles.join()) {
    if (Date.now() > until) expect(await offered(ada, room_id, query)).toEqual(handles);
    await sleep(100);
  }
}

test("FND-1 members are offered by the beginning of handle, name or any word of it; whoever is no member is not, nor asks", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Names", members: [zoe.user_id] });
  await comesToOffer(room_id, "z", ["zoe"]);
  for (const typed of ["zo", "ZOË", "@zoe", "ang", "ångs", "zoe an", " Zoë Å"])
    expect(await offered(ada, room_id, typed), typed).toEqual(["zoe"]);
  // Not from the middle of a word, not by what a pattern would mean, and not who is elsewhere.
  for (const typed of ["oe", "%", "_", "*", "eve", "adam", "@"])
    expect(await offered(ada, room_id, typed), typed).toEqual([]);
  const stranger = await eve.asks(`/v1/rooms/${room_id}/members?query=z`);
  expect(problemOf(stranger).code).toBe("not_found");
  const both = await ada.asks(`/v1/rooms/${room_id}/members?query=z&limit=5`);
  expect(problemOf(both).code).toBe("invalid");
  const empty = await ada.asks(`/v1/rooms/${room_id}/members?query=`);
  expect(problemOf(empty)).toMatchObject({ code: "invalid", field: "query" });
});

test("FND-3 who comes is offered, who goes is not, and a new name finds its owner in place of the old one", async () => {
  const room_id = await ada.creates({ kind: "channel", name: "Coming and going" });
  await comesToOffer(room_id, "ada", ["ada"]);
  await eve.asks(`/v1/rooms/${room_id}/join`, { method: "POST" });
  await comesToOffer(room_id, "ada", ["ada", "eve"]);
  await eve.asks("/v1/me", { method: "PATCH", body: { display_name: "Éva Nagy" } });
  await comesToOffer(room_id, "nagy", ["eve"]);
  expect(await offered(ada, room_id, "ada")).toEqual(["ada"]);
  await ada.asks(`/v1/rooms/${room_id}/members/${eve.user_id}`, { method: "DELETE" });
  await comesToOffer(room_id, "nagy", []);
});

test("FND-4 emptied, the copy of a room is made again from the archive by the next question", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Again", members: [zoe.user_id] });
  await comesToOffer(room_id, "zoe", ["zoe"]);
  for (const table of ["room_members", "room_members_at"])
    await env.DIRECTORY.prepare(`DELETE FROM ${table} WHERE room_id = ?1`).bind(room_id).run();
  const left = env.DIRECTORY.prepare("SELECT 1 FROM room_names WHERE room_id = ?1").bind(room_id);
  expect((await left.all()).results).toEqual([]);
  expect(await offered(ada, room_id, "zoe")).toEqual(["zoe"]);
});

test("FND-4 a step from where the copy does not stand changes nothing, and another life of the log begins anew", async () => {
  const members = createRoomMembers(env);
  const log = buildLog();
  const [owner] = log.events;
  const joins = (who: Person) =>
    log.happens({ type: "member.added", body: { user_id: who.user_id, role: "member" } });
  const [first, second] = [joins(zoe), joins(eve)];
  const { room_id, epoch } = log;
  const handles = async () =>
    (await Promise.all(["z", "e"].map((typed) => members.named(room_id, typed)))).map((users) =>
      users.map(({ handle }) => handle).join(),
    );
  const at = (seq: number) => ({ epoch, seq });
  await members.move(room_id, null, { through: at(2), events: [owner!, first] });
  await members.fold(100);
  await members.move(room_id, at(1), { through: at(3), events: [second] });
  await members.move(room_id, null, { through: at(3), events: [second] });
  expect([await members.at(room_id), await handles()]).toEqual([at(2), ["zoe", ""]]);
  await members.move(room_id, at(2), { through: at(3), events: [second] });
  expect(await handles()).toEqual(["zoe", "eve"]);
  const anew = { epoch: newId("epoch"), seq: 2 };
  await members.move(room_id, at(3), { through: anew, events: [owner!, second] });
  expect([await members.at(room_id), await handles()]).toEqual([anew, ["", "eve"]]);
});

const MEMBERS = limits.members;
const surnames = ["Anders", "Andersson", "Baker", "Çelik", "Dvořák", "Nguyễn"];

async function account(ids: readonly UserId[]): Promise<void> {
  const rows = ids.map((user_id, n) => {
    const display_name = `Member ${surnames[n % surnames.length]} ${n}`;
    return { user_id, handle: `m${n}`, display_name };
  });
  await env.DIRECTORY.prepare(
    `INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, created_at)
      SELECT value ->> 'user_id', 'person', value ->> 'handle', value ->> 'handle', value ->> 'display_name', 0
      FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows))
    .run();
}

async function archives(log: BuiltLog): Promise<void> {
  const history = historyOf(log.room_id, historyDatabases(env));
  for (;;) {
    const from = await history.watermark(log.room_id);
    const answer = log.step(from);
    if (!answer.ok || answer.value.events.length === 0) return;
    await history.append(from, answer.value, checkStep(log.room_id, from, answer.value));
  }
}

/** The directory, with what its last reading cost. */
function measured(database: D1Database) {
  const cost = { rows_read: 0, duration_ms: 0 };
  const prepare = (sql: string) => ({
    bind: (...values: unknown[]) => ({
      async all() {
        const found = await database
          .prepare(sql)
          .bind(...values)
          .all();
        cost.rows_read = found.meta.rows_read;
        cost.duration_ms = found.meta.duration;
        return found;
      },
    }),
  });
  return { cost, directory: { prepare } as unknown as D1Database };
}

test("FND-5 in a room of 10,000 a question reads a few dozen rows and answers with ten users at most", async () => {
  const log = buildLog();
  const ids = Array.from({ length: MEMBERS - 1 }, () => newId("user"));
  for (const user_id of ids)
    log.happens({ type: "member.added", body: { user_id, role: "member" } });
  await account(ids);
  await archives(log);
  const members = createRoomMembers(env);
  const history = historyOf(log.room_id, historyDatabases(env));
  await followMembers(log.room_id, { history, members });
  expect((await members.at(log.room_id))?.seq).toBe(MEMBERS);

  const { cost, directory } = measured(env.DIRECTORY);
  const asks = createRoomMembers({ DIRECTORY: directory });
  const durations: number[] = [];
  for (const typed of [
    "m",
    "an",
    "ander",
    "nguyen",
    "dvorak 1",
    "m9998",
    "member celik 9",
    "none",
  ]) {
    const found = await asks.named(log.room_id, typed);
    expect(found.length, typed).toBe({ m9998: 1, none: 0 }[typed] ?? limits.members_offered);
    expect(cost.rows_read, typed).toBeLessThan(300);
    durations.push(cost.duration_ms);
  }
  expect(durations.toSorted((one, other) => one - other)[4]).toBeLessThan(10);
  expect((await asks.named(log.room_id, "anders "))[0]?.display_name).toMatch(/^Member Anders \d/);
});
