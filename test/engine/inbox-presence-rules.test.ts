import assert from "node:assert/strict";
import { test } from "node:test";
import type { PresenceMode, PresenceState } from "../../schema/presence.ts";
import type { QuietHours, Settings } from "../../schema/settings.ts";
import { limits } from "../../schema/limits.ts";
import type { Life, Person } from "../../durable/inbox/rules/presence.ts";
import {
  nextDeath,
  shownTo,
  stateFrom,
  statusAt,
  unseen,
} from "../../durable/inbox/rules/presence.ts";
import { isQuiet, nextQuietChange } from "../../durable/inbox/rules/quiet-hours.ts";
import { userId } from "../support/local-room.ts";

const used: Life = { heard_at: 5, idle: false };
const left: Life = { heard_at: 9, idle: true };

test("PRS-1 PRS-2 the state from the mode, the hour and all devices together", () => {
  const lives: [string, Life[]][] = [
    ["none", []],
    ["idle", [left, left]],
    ["used", [left, used]],
  ];
  const expected: Record<string, PresenceState> = {
    "auto none": "offline",
    "auto idle": "idle",
    "auto used": "online",
    "auto quiet none": "offline",
    "auto quiet idle": "dnd",
    "auto quiet used": "dnd",
    "away none": "offline",
    "away idle": "away",
    "away used": "away",
    "away quiet none": "offline",
    "away quiet idle": "away",
    "away quiet used": "away",
    "dnd none": "offline",
    "dnd idle": "dnd",
    "dnd used": "dnd",
    "dnd quiet none": "offline",
    "dnd quiet idle": "dnd",
    "dnd quiet used": "dnd",
    "invisible none": "offline",
    "invisible idle": "offline",
    "invisible used": "offline",
    "invisible quiet none": "offline",
    "invisible quiet idle": "offline",
    "invisible quiet used": "offline",
  };
  const found: Record<string, PresenceState> = {};
  for (const mode of ["auto", "away", "dnd", "invisible"] satisfies PresenceMode[])
    for (const quiet of [false, true])
      for (const [name, living] of lives)
        found[[mode, ...(quiet ? ["quiet"] : []), name].join(" ")] = stateFrom(mode, quiet, living);
  assert.deepEqual(found, expected);
});

test("PRS-3 silence can change something when the last device that makes the state falls silent", () => {
  assert.equal(nextDeath([], 40), null);
  assert.equal(nextDeath([left], 40), 50);
  // An idle device lives on, but nobody is online any more once the one in use is gone.
  assert.equal(nextDeath([left, used], 40), 46);
  assert.equal(nextDeath([used, { heard_at: 30, idle: false }], 40), 71);
});

const person: Person = {
  user_id: userId("bo"),
  state: "offline",
  seen_at: 77,
  status: { text: "at sea", emoji: "⛵", until: null },
  last_seen: "everyone",
};

test("PRS-5 who sees the last visit: the matrix of settings, contacts and reciprocity", () => {
  const seen: Record<string, number | null> = {};
  for (const last_seen of ["everyone", "contacts", "nobody"] satisfies Settings["last_seen"][])
    for (const is_contact of [true, false])
      for (const shows_last_seen of [true, false]) {
        const looking = { may_look: true, is_contact, shows_last_seen };
        const name = `${last_seen} ${is_contact ? "contact" : "other"} ${shows_last_seen ? "shows" : "hides"}`;
        seen[name] = shownTo({ ...person, last_seen }, looking).last_seen_at;
      }
  assert.deepEqual(seen, {
    "everyone contact shows": 77,
    "everyone contact hides": null,
    "everyone other shows": 77,
    "everyone other hides": null,
    "contacts contact shows": 77,
    "contacts contact hides": null,
    "contacts other shows": null,
    "contacts other hides": null,
    "nobody contact shows": null,
    "nobody contact hides": null,
    "nobody other shows": null,
    "nobody other hides": null,
  });
});

test("PRS-5 PRS-6 who is here has no last visit, and who may not look sees nothing at all", () => {
  const looking = { may_look: true, is_contact: true, shows_last_seen: true };
  for (const state of ["online", "idle", "away", "dnd"] as const)
    assert.equal(shownTo({ ...person, state }, looking).last_seen_at, null);
  assert.deepEqual(
    shownTo({ ...person, state: "online" }, { ...looking, may_look: false }),
    unseen(person.user_id),
  );
});

test("PRS-9 a status that has run out is none", () => {
  const status = { text: "back soon", emoji: "", until: 100 };
  assert.equal(statusAt(status, 99), status);
  assert.equal(statusAt(status, 100), null);
  assert.equal(statusAt(null, 0), null);
});

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const night = (time_zone: string, days = everyDay): QuietHours => ({
  from_minute: 22 * 60,
  until_minute: 7 * 60,
  days,
  time_zone,
});
const at = (text: string) => Date.parse(text);
const iso = (at_ms: number | null) => (at_ms === null ? null : new Date(at_ms).toISOString());

test("PRS-4 quiet hours by the clock on the wall, over midnight, on the days on which they begin", () => {
  const berlin = night("Europe/Berlin", [1, 5]);
  const cases: [string, boolean][] = [
    // Monday, 2026-11-23: winter time, one hour ahead.
    ["2026-11-23T20:59:59Z", false],
    ["2026-11-23T21:00:00Z", true],
    ["2026-11-24T05:59:59Z", true],
    ["2026-11-24T06:00:00Z", false],
    // Tuesday night is not among the days, though its morning was.
    ["2026-11-24T21:30:00Z", false],
    ["2026-11-23T05:30:00Z", false],
    // Friday night reaches into Saturday, and Saturday night does not begin.
    ["2026-11-28T03:00:00Z", true],
    ["2026-11-28T22:30:00Z", false],
  ];
  for (const [when, quiet] of cases) assert.equal(isQuiet(berlin, at(when)), quiet, when);
  const noon = { ...berlin, from_minute: 720, until_minute: 780, days: everyDay };
  assert.equal(isQuiet(noon, at("2026-11-23T11:00:00Z")), true);
  assert.equal(isQuiet(noon, at("2026-11-23T12:00:00Z")), false);
});

test("PRS-4 quiet hours in zones that stand half an hour or three quarters beside the others", () => {
  const kolkata = night("Asia/Kolkata");
  assert.equal(isQuiet(kolkata, at("2026-06-01T16:29:00Z")), false);
  assert.equal(isQuiet(kolkata, at("2026-06-01T16:30:00Z")), true);
  assert.equal(
    iso(nextQuietChange(kolkata, at("2026-06-01T12:00:00Z"))),
    "2026-06-01T16:30:00.000Z",
  );
  assert.equal(
    iso(nextQuietChange(kolkata, at("2026-06-01T18:00:00Z"))),
    "2026-06-02T01:30:00.000Z",
  );
  const kathmandu = night("Asia/Kathmandu");
  assert.equal(
    iso(nextQuietChange(kathmandu, at("2026-06-01T12:00:00Z"))),
    "2026-06-01T16:15:00.000Z",
  );
});

test("PRS-4 quiet hours end by the wall also in the nights in which the clock is changed", () => {
  const berlin = night("Europe/Berlin");
  // The night of 2026-03-29 is an hour short, that of 2026-10-25 an hour long.
  assert.equal(
    iso(nextQuietChange(berlin, at("2026-03-28T22:00:00Z"))),
    "2026-03-29T05:00:00.000Z",
  );
  assert.equal(
    iso(nextQuietChange(berlin, at("2026-10-24T21:00:00Z"))),
    "2026-10-25T06:00:00.000Z",
  );
  assert.equal(
    iso(nextQuietChange(berlin, at("2026-03-28T12:00:00Z"))),
    "2026-03-28T21:00:00.000Z",
  );
  assert.equal(
    iso(nextQuietChange(berlin, at("2026-10-25T12:00:00Z"))),
    "2026-10-25T21:00:00.000Z",
  );
  // Half past two does not exist in that night: it begins when the clock jumps over it.
  const gap = { ...berlin, from_minute: 150, until_minute: 300 };
  assert.equal(iso(nextQuietChange(gap, at("2026-03-29T00:10:00Z"))), "2026-03-29T01:00:00.000Z");
});

test("PRS-4 the next change is the very first minute that differs, in a year of minutes", () => {
  for (const quiet of [
    night("Europe/Berlin", [1, 5]),
    night("Australia/Lord_Howe"),
    { ...night("America/St_Johns"), from_minute: 75, until_minute: 500 },
  ]) {
    const start = at("2026-01-01T00:00:00Z");
    let change = nextQuietChange(quiet, start);
    let quiet_before = isQuiet(quiet, start);
    for (let minute = 1; minute < 366 * 96; minute += 1) {
      const now = start + minute * 15 * 60_000;
      if (change !== null && now >= change) {
        assert.notEqual(isQuiet(quiet, change), isQuiet(quiet, change - 60_000), iso(change)!);
        quiet_before = isQuiet(quiet, change);
        change = nextQuietChange(quiet, change);
      }
      assert.equal(isQuiet(quiet, now), quiet_before, `${quiet.time_zone} ${iso(now)}`);
    }
  }
});

test("PRS-4 quiet hours that are always or never have no next change", () => {
  assert.equal(nextQuietChange(night("Europe/Berlin", []), at("2026-01-01T00:00:00Z")), null);
  const always = { ...night("Europe/Berlin"), until_minute: 22 * 60 };
  assert.equal(nextQuietChange(always, at("2026-01-01T00:00:00Z")), null);
  assert.equal(isQuiet(always, at("2026-01-01T12:34:00Z")), true);
  assert.ok(limits.dead_socket_ms < 45_000);
});
