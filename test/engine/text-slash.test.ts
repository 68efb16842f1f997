import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveId } from "../../schema/ids.ts";
import { FOREVER } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import { meaning } from "../../schema/slash/meaning.ts";
import { readSlash } from "../../schema/slash/read.ts";
import { extended, usageOf } from "../../schema/slash/registry.ts";
import { momentOf, whenOf } from "../../schema/slash/when.ts";
import { plainText } from "../../schema/text/plain.ts";
import { ada, bo, lobby, nobodyKnown } from "./text-world.ts";

const read = (text: string) => readSlash(text, builtIn);

const context = {
  now_ms: Date.UTC(2026, 0, 15, 12, 0),
  time_zone: "Europe/Berlin",
  room_id: lobby,
  registry: builtIn,
};

function means(text: string) {
  const asked = read(text);
  assert.ok(asked.kind === "asked", text);
  return meaning(asked, context);
}

const sent = (text: string) => [{ to: "room", command: { type: "send", text } }];

test("SLA-1 what does not begin with a command's name is a message", () => {
  for (const text of [
    "",
    "hi",
    " /me waves",
    "/",
    "/ me",
    "/usr/bin is full",
    "/42",
    "a /me",
    "/é",
  ])
    assert.deepEqual(read(text), { kind: "none", text });
  assert.deepEqual(read("//me waves"), { kind: "none", text: "/me waves" });
  assert.deepEqual(read("///"), { kind: "none", text: "//" });
  assert.deepEqual(read("/ME waves"), { kind: "asked", name: "me", args: { text: "waves" } });
});

test("SLA-2 arguments have their types", () => {
  const cases: readonly (readonly [string, string, object])[] = [
    ["/me  is\nhere ", "me", { text: "is\nhere" }],
    ["/shrug", "shrug", { text: undefined }],
    ["/topic  Ravens ", "topic", { text: "Ravens" }],
    [`/invite <@${ada}>, <@${bo}><@${ada}>`, "invite", { "@user…": [ada, bo] }],
    ["/leave ", "leave", {}],
    ["/mute 1h30m", "mute", { duration: 5_400_000 }],
    ["/remind 10m tea", "remind", { when: { type: "in", ms: 600_000 }, text: "tea" }],
    ["/help /MUTE", "help", { command: "mute" }],
  ];
  for (const [text, name, args] of cases)
    assert.deepEqual(read(text), { kind: "asked", name, args }, text);
});

test("SLA-2 what is wrong is said, with the right usage", () => {
  const usages = new Map([...builtIn.values()].map((one) => [one.name as string, usageOf(one)]));
  assert.equal(usages.get("remind"), "/remind <when> <text>");
  assert.equal(usages.get("mute"), "/mute [duration]");
  const many = Array.from(
    { length: limits.slash_users + 1 },
    (_, at) => `<@${deriveId("user", `${at}`)}>`,
  );
  const cases: readonly (readonly [string, string])[] = [
    ["/me", "missing"],
    ["/topic", "missing"],
    ["/topic a\nb", "bad_line"],
    [`/topic ${"a".repeat(limits.topic_characters + 1)}`, "bad_line"],
    ["/topic \u202e", "bad_line"],
    ["/invite", "missing"],
    ["/invite ada", "bad_users"],
    [`/invite <@${ada}> and <@${bo}>`, "bad_users"],
    ["/invite <@room>", "bad_users"],
    [`/invite ${many.join(" ")}`, "bad_users"],
    ["/leave now", "too_much"],
    ["/mute soon", "bad_duration"],
    ["/mute 0m", "bad_duration"],
    ["/mute 367d", "bad_duration"],
    ["/mute 999999999w", "bad_duration"],
    ["/mute 1h please", "too_much"],
    ["/remind", "missing"],
    ["/remind tea", "bad_when"],
    ["/remind 24:00 tea", "bad_when"],
    ["/remind 10m", "missing"],
    ["/remind tomorrow 9:00", "missing"],
    ["/help nothing", "unknown_command"],
  ];
  for (const [text, code] of cases) {
    const name = /^\/(\w+)/.exec(text)?.[1] ?? "";
    assert.deepEqual(read(text), { kind: "wrong", code, name, usage: usages.get(name) }, text);
  }
  assert.deepEqual(read("/constructor a"), {
    ...{ kind: "wrong", code: "unknown_command", name: "constructor", usage: null },
  });
});

const at = (text: string, now: string, time_zone: string) => {
  const found = whenOf(text);
  assert.ok(found !== null, text);
  return new Date(momentOf(found.when, { now_ms: Date.parse(now), time_zone })).toISOString();
};

test("SLA-3 times of day are those of the asker's zone", () => {
  const winter = "2026-01-15T12:00:00Z";
  assert.equal(at("2h", winter, "UTC"), "2026-01-15T14:00:00.000Z");
  assert.equal(at("13:30", winter, "Europe/Berlin"), "2026-01-15T12:30:00.000Z");
  assert.equal(at("13:00", winter, "Europe/Berlin"), "2026-01-16T12:00:00.000Z");
  assert.equal(at("tomorrow", winter, "Europe/Berlin"), "2026-01-16T08:00:00.000Z");
  assert.equal(at("tomorrow 7:05 x", winter, "Asia/Kathmandu"), "2026-01-16T01:20:00.000Z");
  assert.equal(at("tomorrow", "2026-01-15T20:00:00Z", "Asia/Tokyo"), "2026-01-17T00:00:00.000Z");
  assert.equal(
    at("tomorrow", "2026-12-31T12:00:00Z", "America/New_York"),
    "2027-01-01T14:00:00.000Z",
  );
  assert.equal(at("0:00", winter, "Pacific/Kiritimati"), "2026-01-16T10:00:00.000Z");
});

test("SLA-3 the days on which clocks change have every time once", () => {
  const before = { spring: "2026-03-28T12:00:00Z", autumn: "2026-10-24T12:00:00Z" };
  assert.equal(at("tomorrow 9:00", before.spring, "Europe/Berlin"), "2026-03-29T07:00:00.000Z");
  assert.equal(at("tomorrow 2:30", before.spring, "Europe/Berlin"), "2026-03-29T01:30:00.000Z");
  assert.equal(at("tomorrow 9:00", before.autumn, "Europe/Berlin"), "2026-10-25T08:00:00.000Z");
  assert.equal(at("tomorrow 2:30", before.autumn, "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
  assert.equal(at("2:30", "2026-10-25T00:45:00Z", "Europe/Berlin"), "2026-10-26T01:30:00.000Z");
});

test("SLA-4 what each command means", () => {
  assert.deepEqual(means("/me waves"), sent("<me> waves"));
  assert.deepEqual(means("/topic Ravens"), [
    { to: "room", command: { type: "change", topic: "Ravens" } },
  ]);
  assert.deepEqual(
    means(`/invite <@${ada}> <@${bo}>`),
    [ada, bo].map((user_id) => ({ to: "room", command: { type: "add", user_id } })),
  );
  assert.deepEqual(means("/leave"), [{ to: "room", command: { type: "leave" } }]);
  const muted = (muted_until: number) => [
    { to: "inbox", command: { type: "arrange", room_id: lobby, muted_until } },
  ];
  assert.deepEqual(means("/mute 1d"), muted(context.now_ms + 86_400_000));
  assert.deepEqual(means("/mute"), muted(FOREVER));
  assert.deepEqual(means("/remind 14:00 tea"), [
    { to: "inbox", command: { type: "remind", at: Date.UTC(2026, 0, 15, 13, 0), note: "tea" } },
  ]);
});

test("SLA-4 a shrug arrives with both its arms", () => {
  for (const [asked, seen] of [
    ["/shrug", "¯\\_(ツ)_/¯"],
    ["/shrug so what", "so what ¯\\_(ツ)_/¯"],
  ] as const) {
    const [one] = means(asked);
    assert.ok(one?.to === "room" && one.command.type === "send");
    assert.equal(plainText(one.command.text, nobodyKnown), seen);
  }
});

test("SLA-4 help lists every command, or one", () => {
  const [all] = means("/help");
  assert.ok(all?.to === "self");
  assert.deepEqual(
    all.help.map(({ name }) => name),
    [...builtIn.keys()],
  );
  assert.ok(all.help.every(({ usage, help }) => usage.startsWith("/") && help.endsWith(".")));
  const [one] = means("/help leave");
  assert.ok(one?.to === "self");
  assert.deepEqual(one.help, [{ name: "leave", usage: "/leave", help: "Leaves the room." }]);
});

test("SLA-5 a registry is extended with typed commands, and the old one stays", () => {
  const dice = {
    name: "roll",
    help: "Rolls dice.",
    args: [{ name: "dice", type: "text" }],
  } as const;
  const more = extended(builtIn, [dice]);
  const asked = readSlash("/roll 2d6", more);
  assert.deepEqual(asked, { kind: "asked", name: "roll", args: { dice: "2d6" } });
  if (asked.kind === "asked" && asked.name === "roll") assert.equal(asked.args.dice.length, 3);
  assert.equal(readSlash("/roll 2d6", builtIn).kind, "wrong");
  assert.equal(readSlash("/help roll", more).kind, "asked");
  assert.throws(() => extended(more, [dice]), RangeError);
  assert.throws(() => extended(builtIn, [{ ...dice, name: "me" }]), RangeError);
  for (const name of ["", "Roll", "a b", "-a", "a".repeat(33)])
    assert.throws(() => extended(builtIn, [{ ...dice, name }]), RangeError);
});
