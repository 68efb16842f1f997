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
  expect(
    await codeOf(() => refuseLargeBody(declares(limits.frame_bytes + 1), limits.frame_bytes)),
  ).toBe("too_large");
  expect(
    await codeOf(() => refuseLargeBody(declares(limits.frame_bytes), limits.frame_bytes)),
  ).toBeNull();
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
  expect(await readJson(request, limits.frame_bytes)).toEqual({ text: "ü€𝄞" });
});

test("API-6 bytes that are no UTF-8 are no text", async () => {
  const bytes = Uint8Array.of(
    ...new TextEncoder().encode('{"text":"'),
    0xff,
    ...new TextEncoder().encode('"}'),
  );
  expect(await codeOf(() => readJson(post(bytes), limits.frame_bytes))).toBe("bad_frame");
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
    expect(
      await codeOf(() => readJson(post("{}", { "content-type": type }), limits.frame_bytes)),
      type,
    ).toBe(code);
  }
});

test("API-5 a large body is one long text and little else: many parts are refused before they are made", async () => {
  const read = (body: string) => readJson(post(body), limits.large_body_bytes);
  const long = '[{,\\"]'.repeat(limits.frame_bytes / 4);
  expect(await read(JSON.stringify({ text: long, silent: true }))).toEqual({
    text: long,
    silent: true,
  });
  const filler = "x".repeat(limits.frame_bytes);
  const many = Array.from({ length: limits.large_body_parts }, () => "[]").join(",");
  expect(await codeOf(() => read(`{"text":"${filler}","a":[${many}]}`))).toBe("too_large");
  expect(await codeOf(() => read("[".repeat(limits.frame_bytes + 1)))).toBe("too_large");
});
