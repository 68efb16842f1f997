import { expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { readBytes, readJson, refuseLargeBody } from "../../workers/api/body.ts";
import { Refused } from "../../workers/refused.ts";

const json = { "content-type": "application/json" };
const post = (body: BodyInit, headers: Record<string, string> = json) =>
  new Request("https://chat.example.org/v1/x", { method: "POST", body, headers });

/** The code that the work is refused with. */
async function codeOf(work: () => unknown): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Refused ? error.refusal.code : String(error);
  }
}

test("API-5 what a request declares is enough to refuse it", async () => {
  const declares = (length: number) => post("{}", { ...json, "content-length": String(length) });
  expect(await codeOf(() => refuseLargeBody(declares(limits.frame_bytes + 1)))).toBe("too_large");
  expect(await codeOf(() => refuseLargeBody(declares(limits.frame_bytes)))).toBeNull();
});

test("API-5 a stream is read up to the limit and no further", async () => {
  let parts = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      parts += 1;
      controller.enqueue(new Uint8Array(1_000));
    },
  });
  expect(await codeOf(() => readBytes(endless, 10_000))).toBe("too_large");
  expect(parts).toBeLessThan(15);
});

test("API-6 the parts of a body are put together, wherever they were cut", async () => {
  const bytes = new TextEncoder().encode('{"text":"ü€𝄞"}');
  const single = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const request = new Request("https://chat.example.org/v1/x", {
    method: "POST",
    body: single,
    headers: json,
    duplex: "half",
  } as RequestInit);
  expect(await readJson(request)).toEqual({ text: "ü€𝄞" });
});

test("API-6 bytes that are no UTF-8 are no text", async () => {
  const bytes = Uint8Array.of(
    ...new TextEncoder().encode('{"text":"'),
    0xff,
    ...new TextEncoder().encode('"}'),
  );
  expect(await codeOf(() => readJson(post(bytes)))).toBe("bad_frame");
});

test("API-6 content types are told apart by their type and charset", async () => {
  const types: Record<string, string | null> = {
    "application/json": null,
    "Application/JSON; charset=UTF-8": null,
    'application/json;charset="utf-8"': null,
    "application/json; charset=latin1": "invalid",
    "application/json-patch+json": "invalid",
    "text/plain": "invalid",
  };
  for (const [type, code] of Object.entries(types)) {
    expect(await codeOf(() => readJson(post("{}", { "content-type": type }))), type).toBe(code);
  }
});
