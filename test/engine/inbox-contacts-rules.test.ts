import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { ContactState } from "../../schema/contact.ts";
import type { Wish } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { Asking, Pair } from "../../durable/inbox/rules/contact.ts";
import { ask, hear, part, stateOf, strangers, toTell } from "../../durable/inbox/rules/contact.ts";
import { LOOKUP_DAY_MS, lookupWait, takesDirectFrom } from "../../durable/inbox/rules/reach.ts";

const pairs: Record<string, Pair> = {
  none: { ...strangers, version: 4, theirs_version: 4 },
  requested: { ...strangers, wants: true, version: 4, theirs_version: 4 },
  requests: { ...strangers, version: 4, theirs_wants: true, theirs_version: 4 },
  contact: { ...strangers, wants: true, version: 4, theirs_wants: true, theirs_version: 4 },
};

test("CON-1 what each command does to each state, and what is refused", () => {
  const expected: Record<Asking, Record<string, string>> = {
    request: { none: "requested", requested: "so", requests: "contact", contact: "so" },
    accept: { none: "no", requested: "no", requests: "contact", contact: "so" },
    decline: { none: "no", requested: "no", requests: "none", contact: "no" },
    cancel: { none: "no", requested: "none", requests: "no", contact: "no" },
    remove: { none: "so", requested: "none", requests: "none", contact: "none" },
  };
  for (const [asking, outcomes] of Object.entries(expected))
    for (const [name, outcome] of Object.entries(outcomes)) {
      const before = pairs[name]!;
      const decided = ask(before, asking as Asking, 10);
      const seen =
        decided.kind === "refused"
          ? { no_request: "no" }[decided.refusal.code as "no_request"]
          : decided.value === before
            ? "so"
            : (stateOf(decided.value) ?? "none");
      assert.equal(seen, outcome, `${asking} in ${name}`);
    }
});

test("CON-3 a wish that is not newer changes nothing, and an end holds for its version only", () => {
  const contact = pairs.contact!;
  for (const version of [1, 4])
    assert.equal(hear(contact, { kind: "wishes", version, wants: false }, 10), contact);
  assert.equal(hear(contact, { kind: "ends", of_version: 3 }, 10), contact);
  assert.equal(
    stateOf(hear(contact, { kind: "wishes", version: 5, wants: false }, 10)),
    "requested",
  );
  assert.equal(stateOf(hear(contact, { kind: "ends", of_version: 4 }, 10)), "requests");
});

test("CON-3 a clock that stands still or steps back does not make a wish old", () => {
  const asked = ask(pairs.none!, "request", 1);
  assert.ok(asked.kind === "accepted");
  assert.equal(asked.value.version, 5);
  assert.equal(part(asked.value, 2).version, 6);
});

type Name = "ada" | "bo";
interface Person {
  pair: Pair;
  /** What is known of what the person ever wished. */
  wished: boolean;
  untold: boolean;
}

/** Two people and a network that loses, repeats, delays and reorders, as calls between actors may. */
class Pairing {
  readonly people: Record<Name, Person> = {
    ada: { pair: strangers, wished: false, untold: false },
    bo: { pair: strangers, wished: false, untold: false },
  };
  readonly flying: { to: Name; wish: Wish }[] = [];
  now_ms = 1000;

  other = (name: Name): Name => (name === "ada" ? "bo" : "ada");

  does(name: Name, asking: Asking): void {
    const person = this.people[name];
    const decided = ask(person.pair, asking, this.now_ms);
    if (decided.kind === "accepted") this.become(name, decided.value);
    if (asking === "request" || asking === "accept") person.wished ||= decided.kind === "accepted";
  }

  become(name: Name, pair: Pair): void {
    const person = this.people[name];
    if (pair.version > person.pair.version) person.untold = true;
    person.pair = pair;
  }

  /** The outbox: what is not confirmed is told again. */
  tells(name: Name, is_confirmed: boolean): void {
    const { pair, untold } = this.people[name];
    if (!untold) return;
    for (const wish of toTell(pair)) this.flying.push({ to: this.other(name), wish });
    // Confirmed means arrived: so nothing of it may be lost below.
    if (is_confirmed) this.arriveAll(name);
  }

  private arriveAll(from: Name): void {
    const { pair } = this.people[from];
    for (const wish of toTell(pair)) this.arrives(this.other(from), wish);
    if (this.people[from].pair.version === pair.version) this.people[from].untold = false;
  }

  arrives(to: Name, wish: Wish): void {
    this.become(to, hear(this.people[to].pair, wish, this.now_ms));
  }

  rests(): boolean {
    return !this.people.ada.untold && !this.people.bo.untold;
  }

  states(): [ContactState | null, ContactState | null] {
    return [stateOf(this.people.ada.pair), stateOf(this.people.bo.pair)];
  }
}

const agreed = new Set(
  [
    [null, null],
    ["requested", "requests"],
    ["requests", "requested"],
    ["contact", "contact"],
  ].map((pair) => JSON.stringify(pair)),
);

const nameOf = fc.constantFrom<Name>("ada", "bo");
const step = fc.oneof(
  fc.record({
    kind: fc.constant("does" as const),
    name: nameOf,
    asking: fc.constantFrom<Asking>("request", "accept", "decline", "cancel", "remove"),
  }),
  fc.record({ kind: fc.constant("tells" as const), name: nameOf, is_confirmed: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom("arrives" as const, "repeats" as const, "is_lost" as const),
    which: fc.nat(),
  }),
  fc.record({ kind: fc.constant("waits" as const), ms: fc.integer({ min: -3, max: 5 }) }),
);

test("CON-2 CON-3 whatever two people do and the network does to it, both come to see the same", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const two = new Pairing();
      for (const one of steps) {
        if (one.kind === "does") two.does(one.name, one.asking);
        else if (one.kind === "tells") two.tells(one.name, one.is_confirmed);
        else if (one.kind === "waits") two.now_ms += one.ms;
        else if (two.flying.length > 0) {
          const at = one.which % two.flying.length;
          const { to, wish } = two.flying[at]!;
          if (one.kind !== "repeats") two.flying.splice(at, 1);
          if (one.kind !== "is_lost") two.arrives(to, wish);
        }
        // Never a contact in the eyes of one whose own wish it is not.
        for (const { pair, wished } of Object.values(two.people))
          if (stateOf(pair) === "contact") assert.ok(wished && pair.wants);
      }
      for (let rounds = 0; !two.rests(); rounds += 1) {
        assert.ok(rounds < 10, "the two never come to rest");
        two.tells("ada", true);
        two.tells("bo", true);
      }
      // What was delayed longest arrives when everything is over, and changes nothing.
      const before = JSON.stringify(two.people);
      for (const { to, wish } of two.flying) two.arrives(to, wish);
      assert.equal(JSON.stringify(two.people), before);
      const states = JSON.stringify(two.states());
      assert.ok(agreed.has(states), states);
      reached.add(states);
    }),
    { numRuns: 3_000, seed: 7 },
  );
  assert.deepEqual(reached, agreed);
});

test("CON-9 who may write directly: each setting takes in the one after it", () => {
  const stranger = { shares_room: false, wished: false };
  const mate = { shares_room: true, wished: false };
  const wished = { shares_room: false, wished: true };
  const expected = {
    everyone: [true, true, true],
    shared: [false, true, true],
    contacts: [false, false, true],
  };
  for (const [setting, answers] of Object.entries(expected))
    assert.deepEqual(
      [stranger, mate, wished].map((writer) => takesDirectFrom(setting as "shared", writer)),
      answers,
      setting,
    );
});

test("CON-10 so many addresses at once, so many in a day, and the wait is just long enough", () => {
  const start = 28_000_000;
  const at = (minute: number) => (start + minute) * 60_000;
  assert.equal(lookupWait([], limits.contact_lookups_burst, at(0)), 0);
  assert.equal(lookupWait([], limits.contact_lookups_burst + 1, at(0)), 3_600_000);
  const first = [{ minute: start, addresses: 500 }];
  const wait_ms = lookupWait(first, 1, at(10));
  assert.ok(wait_ms > 0);
  assert.equal(lookupWait(first, 1, at(10) + wait_ms - 1), 1);
  assert.equal(lookupWait(first, 500, at(10) + wait_ms), 0);
  const day = [...first, { minute: start + 120, addresses: 500 }];
  const rest_ms = lookupWait(day, 1, at(600));
  assert.equal(at(600) + rest_ms, at(1) + LOOKUP_DAY_MS);
  assert.equal(lookupWait(day, 500, at(600) + rest_ms), 0);
  assert.ok(lookupWait(day, 501, at(600) + rest_ms) > 0);
});
