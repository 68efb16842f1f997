import { expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { newId } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import { Refused } from "../../workers/refused.ts";
import type { LongText, LongTextBucket } from "../../workers/services/long-texts.ts";
import {
  createLongTexts,
  longTextOf,
  previewOf,
  sayFromFile,
} from "../../workers/services/long-texts.ts";
import { seededRandom } from "../support/random.ts";

const most = limits.large_preview_characters;

test("LTX-1 a beginning is whole characters, and something to be seen", () => {
  expect(previewOf("x".repeat(most + 5))).toBe("x".repeat(most));
  expect(previewOf(`${"x".repeat(most - 1)}🏔${"x".repeat(9)}`)).toBe("x".repeat(most - 1));
  expect(previewOf(`${"x".repeat(most - 2)}🏔xx`)).toBe(`${"x".repeat(most - 2)}🏔`);
  expect(previewOf(`${"\n ".repeat(most)}at last`)).toBe("at last");
});

test("LTX-2 a text is long by its bytes, not by its characters", async () => {
  expect(await longTextOf("x".repeat(limits.text_bytes))).toBeNull();
  expect(await longTextOf("ü".repeat(limits.text_bytes / 2))).toBeNull();
  const text = "ü".repeat(limits.text_bytes / 2 + 1);
  expect((await longTextOf(text))?.large.bytes).toBe(limits.text_bytes + 2);
});

/** A bucket and a room whose answers come in an order that a seed decides. */
function world(seed: number) {
  const random = seededRandom(seed);
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  const files = new Set<string>();
  const bucket: LongTextBucket = {
    async put(key) {
      await turn();
      const is_new = !files.has(key);
      files.add(key);
      await turn();
      return is_new ? {} : null;
    },
    async head(key) {
      await turn();
      return files.has(key) ? {} : null;
    },
    async get() {
      return null;
    },
    async delete(keys) {
      await turn();
      for (const key of keys) files.delete(key);
    },
  };
  const run = async (work: Promise<unknown>) => {
    const progress = { is_done: false };
    void work.then(() => (progress.is_done = true));
    while (!progress.is_done) {
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = waiting.splice(random.int(waiting.length), 1);
      next?.();
    }
  };
  return { files, texts: createLongTexts(bucket), turn, run };
}

test("LTX-5 however two requests of one command overtake one another, what was said has its file, and what was not has none", async () => {
  const text = (await longTextOf("x".repeat(limits.text_bytes + 1))) as LongText;
  const placed = { folder: { room_id: newId("room"), message_id: newId("message") }, text };
  for (let seed = 1; seed <= 400; seed += 1) {
    const { files, texts, turn, run } = world(seed);
    let is_said = false;
    const request = (is_accepted: boolean) =>
      sayFromFile(texts, placed, {
        async say() {
          await turn();
          if (!is_accepted) throw new Refused(refusal("slow_down"));
          is_said = true;
          await turn();
        },
        async isSaid() {
          await turn();
          return is_said;
        },
      }).catch((error: unknown) => expect(error).toBeInstanceOf(Refused));
    await run(Promise.all([request(false), request(seed % 2 === 0), request(false)]));
    expect(is_said).toBe(seed % 2 === 0);
    expect(files.size, `seed ${seed}`).toBe(is_said ? 1 : 0);
  }
});

test("LTX-5 where nobody can say what became of a text, its file stays for the command that comes again", async () => {
  const text = (await longTextOf("x".repeat(limits.text_bytes + 1))) as LongText;
  const placed = { folder: { room_id: newId("room"), message_id: newId("message") }, text };
  const { files, texts, run } = world(1);
  const lost = sayFromFile(texts, placed, {
    say: () => Promise.reject(new Error("the line broke")),
    isSaid: async () => false,
  });
  await run(lost.catch((error: unknown) => expect(String(error)).toContain("the line broke")));
  expect(files.size).toBe(1);
});
