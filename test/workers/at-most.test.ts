import { expect, test } from "vitest";
import { atMost } from "../../workers/at-most.ts";

test("MYM-7 so many are asked at once and no more, and answered in their order", async () => {
  let asked = 0;
  let most = 0;
  const answers = await atMost(3, [5, 1, 4, 2, 3, 0], async (ms) => {
    asked += 1;
    most = Math.max(most, asked);
    await new Promise((resolve) => setTimeout(resolve, ms));
    asked -= 1;
    return ms * 2;
  });
  expect(answers).toEqual([10, 2, 8, 4, 6, 0]);
  expect(most).toBe(3);
  expect(await atMost(3, [], async () => 1)).toEqual([]);
});

test("WEL-5 one that fails keeps no other back, and is not passed over in silence", async () => {
  const done: number[] = [];
  const all = atMost(2, [1, 2, 3, 4], async (item) => {
    if (item === 2) throw new Error("not this one");
    done.push(item);
  });
  await expect(all).rejects.toThrow("not this one");
  expect(done).toEqual([1, 3, 4]);
});
