import assert from "node:assert/strict";
import { test } from "node:test";
import { callerOf, userId } from "../support/local-room.ts";
import { LocalRoom } from "../support/local-room.ts";
import { aRoom } from "./world.ts";
import { act, elsewhere, names, submit, type Scene } from "./equality/acts.ts";
import { Follower, followsFromTheFirst, met } from "./equality/follower.ts";

/** Other runtimes run fewer: the histories are the same ones, and it is the runtime that is tested there. */
const isNode = !("Bun" in globalThis || "Deno" in globalThis);
const histories = Number(process.env["QUOTH_EQUAL_HISTORIES"] ?? (isNode ? 40 : 10));
const STEPS = 120;

function sceneOf(seed: number): Scene {
  const room = new LocalRoom(seed);
  elsewhere(room);
  const scene: Scene = { room, random: room.random, messages: [] };
  const members = names.slice(1, 4).map(userId);
  submit(scene, "ada", { type: "create", kind: "channel", name: "Raven", members });
  // Mostly more than one page.
  for (let said = 30 + room.random.int(80); said > 0; said -= 1)
    submit(scene, "ada", { type: "send", text: `${said}` });
  room.settle();
  return scene;
}

const isMember = (room: LocalRoom, name: string) => room.engine.view(callerOf(name)).ok;

/** People act, readers follow, now and then late, and whenever one has caught up it sees what a newcomer would. */
async function run(seed: number): Promise<void> {
  const scene = sceneOf(seed);
  const { room, random } = scene;
  let readers: Follower[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    room.now_ms += random.chance(0.01) ? 300_000 : 1_000;
    await act(scene);
    room.settle();
    for (const reader of readers) reader.receives();
    readers = readers.filter((reader) => reader.isHere());
    const name = random.pick(names.slice(0, 6));
    const reader = readers.find((one) => one.name === name);
    if (!reader) {
      if (random.chance(0.3) && isMember(room, name)) readers.push(new Follower(room, name));
      continue;
    }
    if (random.chance(0.3)) reader.earlier();
    if (random.chance(0.1)) {
      reader.goesAway();
      for (let away = random.int(12); away > 0; away -= 1) {
        await act(scene);
        room.settle();
      }
      readers = readers.filter((one) => one !== reader);
      if (random.chance(0.4) || !isMember(room, name)) continue;
      reader.comesBack();
      readers.push(reader);
    }
    if (random.chance(0.5)) await reader.pagesArrive();
    reader.hears();
    if (random.chance(0.3)) reader.earlier();
    if (random.chance(0.5)) await reader.pagesArrive();
    if (random.chance(0.3)) reader.learns();
    reader.isEqual();
    if (reader.log.data().unsure.size > 0) {
      reader.learns();
      reader.isEqual();
      assert.equal(reader.log.data().unsure.size, 0);
    }
    if (step % 20 === 0 && isMember(room, "ada")) followsFromTheFirst(room, "ada");
  }
  room.world.db.close();
}

test("CLI-27 an emoji stands where it came onto the message, also when whoever chose it first takes that back", () => {
  const world = aRoom({ members: ["bo", "cy"] });
  const message_id = world.writes("ada", "tea?");
  const reader = new Follower(world.local, "cy");
  for (const [name, one] of [
    ["ada", "👍"],
    ["bo", "🍵"],
    ["cy", "👍"],
  ] as const)
    world.does(name, "react", { message_id, emoji: one });
  world.does("ada", "unreact", { message_id, emoji: "👍" });
  reader.hears();
  reader.isEqual();
  const { reactions } = world.message("cy", message_id);
  assert.deepEqual(
    reactions.map(({ emoji, users }) => [emoji, users]),
    [
      ["👍", [userId("cy")]],
      ["🍵", [userId("bo")]],
    ],
  );
});

test("CLI-27 reactions that went with a deletion are not remembered when the message is taken back", () => {
  const world = aRoom({ members: names.slice(1) });
  const message_id = world.writes("ada", "tea?");
  const reader = new Follower(world.local, "bo");
  const everyone = (type: string, who: readonly string[]) =>
    who.forEach((name) => world.does(name, type, { message_id, emoji: "👍" }));
  everyone("react", names);
  world.does("ada", "delete", { message_id });
  world.does("ada", "restore", { message_id });
  everyone("react", names.slice(0, 2));
  everyone("unreact", names.slice(0, 1));
  reader.hears();
  reader.isEqual();
  assert.deepEqual([...reader.log.data().unsure], []);
});

test("CLI-27 whoever follows the log has what a fresh fetch gives, at every step, and asks for what cannot be worked out", async () => {
  for (let seed = 1; seed <= histories; seed += 1) {
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`history ${seed} broke`, { cause: error });
    }
  }
  for (const [what, times] of Object.entries(met))
    assert.ok(times >= histories / 8, `${what} was met ${times} times`);
});
