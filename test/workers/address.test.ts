import { expect, test } from "vitest";
import { roomActor, withRetries } from "../../durable/address.ts";
import { newId } from "../../schema/ids.ts";

const failure = (marks: { retryable?: boolean; overloaded?: boolean }) =>
  Object.assign(new Error("gone"), marks);

function counting(failures: number, error: Error) {
  const waits: number[] = [];
  const deps = { sleep: async (ms: number) => void waits.push(ms), random: () => 0.5 };
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls <= failures) throw error;
    return calls;
  };
  return { call, deps, waits };
}

test("API-21 a call that the platform calls retryable is tried again, twice at most, waiting longer each time", async () => {
  const { call, deps, waits } = counting(2, failure({ retryable: true }));
  expect(await withRetries(call, deps)).toBe(3);
  expect(waits).toEqual([40, 80]);
  const hopeless = counting(9, failure({ retryable: true }));
  await expect(withRetries(hopeless.call, hopeless.deps)).rejects.toThrow("gone");
  expect(hopeless.waits).toHaveLength(2);
});

test("API-21 an overloaded actor and an error of our own are not asked twice", async () => {
  for (const marks of [
    {},
    { retryable: false },
    { retryable: true, overloaded: true },
    { overloaded: true },
  ]) {
    const { call, deps, waits } = counting(1, failure(marks));
    await expect(withRetries(call, deps)).rejects.toThrow("gone");
    expect(waits).toEqual([]);
  }
});

test("API-21 each attempt asks for a new stub, since a stub that failed stays broken", async () => {
  let stubs = 0;
  const room_id = newId("room");
  const names: string[] = [];
  const env = {
    ROOM: {
      idFromName: (name: string) => (names.push(name), {}) as DurableObjectId,
      get() {
        stubs += 1;
        const broken = stubs === 1;
        return {
          ping: async () => (broken ? Promise.reject(failure({ retryable: true })) : "pong"),
        };
      },
    },
  };
  expect(await roomActor(env, room_id).ping()).toBe("pong");
  expect(stubs).toBe(2);
  expect(names).toEqual([room_id, room_id]);
});
