import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { placeholderBindings } from "../../scripts/deploy.ts";
import { onceFor } from "../../scripts/local/digest.ts";
import { ensureSecrets, makeKey, withSecrets } from "../../scripts/secrets.ts";
import { holdsLockfile, isNewEnough, reasonIn } from "../../scripts/setup.mjs";
import { readGates, readJunit, readVitest, tally } from "../../scripts/testing/reports.ts";

const folder = mkdtempSync(join(tmpdir(), "quoth-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("reports", () => {
  const fine = { code: 0, timedOut: false, tail: "" };
  const vitest = (...statuses: string[]) =>
    JSON.stringify({
      testResults: [
        {
          name: "a.test.ts",
          status: "passed",
          message: "",
          assertionResults: statuses.map((status) => ({
            fullName: status,
            status,
            failureMessages: ["why"],
          })),
        },
      ],
    });

  test("RUN-1 vitest: passed, failed, and skipped as failed", () => {
    expect(readVitest(vitest("passed", "passed"))).toEqual({ passed: 2, failures: [] });
    expect(readVitest(vitest("passed", "failed", "pending", "todo"))).toEqual({
      passed: 1,
      failures: [
        { title: "failed", text: "why" },
        { title: "pending", text: "was skipped" },
        { title: "todo", text: "was skipped" },
      ],
    });
  });
  test("RUN-1 vitest: a file that could not be loaded has failed", () => {
    const file = {
      name: "b.test.ts",
      status: "failed",
      message: "no such module",
      assertionResults: [],
    };
    const report = readVitest(JSON.stringify({ testResults: [file] }));
    expect(report).toEqual({
      passed: 0,
      failures: [{ title: "b.test.ts", text: "no such module" }],
    });
  });
  test("RUN-1 JUnit as Node, Deno and Bun write it", () => {
    const report = readJunit(`
      <testcase name="LOG-1 a &amp; b" time="0.1"/>
      <testcase name="inner &lt;x> y" classname="g" time="0.1"></testcase>
      <testcase name="bad" failure="1 > 2"><failure type="x" message="m > n">Error: 1 &lt; 2&#10;at b</failure></testcase>
      <testcase name="worse"><error message="broke"/></testcase>
      <testcase name="later"><skipped/></testcase>`);
    expect(report).toEqual({
      passed: 2,
      failures: [
        { title: "bad", text: "Error: 1 < 2\nat b" },
        { title: "worse", text: "broke" },
        { title: "later", text: "was skipped" },
      ],
    });
  });
  test("RUN-1 gates count as tests", () => {
    const gates = [
      { name: "sql", faults: [] },
      { name: "sizes", faults: ["a", "b"] },
    ];
    expect(readGates(JSON.stringify(gates))).toEqual({
      passed: 1,
      failures: [{ title: "gate: sizes", text: "a\nb" }],
    });
  });
  test("RUN-1 a stage without a report, without tests, over its time or ended badly has failed", () => {
    const passed = { passed: 3, failures: [] };
    expect(tally(passed, fine)).toEqual(passed);
    expect(tally(null, fine).failures).toHaveLength(1);
    expect(tally({ passed: 0, failures: [] }, fine).failures).toHaveLength(1);
    expect(tally(passed, { ...fine, timedOut: true })).toMatchObject({ passed: 3, failures: [{}] });
    expect(tally(passed, { code: 1, timedOut: false, tail: "boom" }).failures).toMatchObject([
      { text: "boom" },
    ]);
    const failed = { passed: 1, failures: [{ title: "a", text: "b" }] };
    expect(tally(failed, { ...fine, code: 1 })).toEqual(failed);
  });
});

describe("setup", () => {
  const lock = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/a-darwin": { version: "1.0.0", optional: true },
    },
  };
  test("RUN-2 a tree that holds the lockfile needs no installation, whatever other platforms' parts it lacks", () => {
    expect(holdsLockfile(lock, { packages: { "node_modules/a": { version: "1.0.0" } } })).toBe(
      true,
    );
  });
  test("RUN-2 a missing, another or a surplus package needs one", () => {
    expect(holdsLockfile(lock, { packages: {} })).toBe(false);
    expect(holdsLockfile(lock, { packages: { "node_modules/a": { version: "1.0.1" } } })).toBe(
      false,
    );
    const surplus = {
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0" },
    };
    expect(holdsLockfile(lock, { packages: surplus })).toBe(false);
  });
  test("RUN-2 Node 22.18 and newer strip types, older ones do not", () => {
    expect(["v22.18.0", "v24.0.0", "v23.1.0"].map((version) => isNewEnough(version))).toEqual([
      true,
      true,
      true,
    ]);
    expect(["v20.20.2", "v22.17.1", "v18.0.0"].map((version) => isNewEnough(version))).toEqual([
      false,
      false,
      false,
    ]);
  });
  test("RUN-2 a failed installation gives npm's reason in one sentence", () => {
    const offline =
      "npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED\nnpm error FetchError: request to http://r/zod failed\nnpm error     at a.js";
    expect(reasonIn(offline)).toBe("FetchError: request to http://r/zod failed.");
    expect(
      reasonIn(
        "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install with a lockfile:",
      ),
    ).toBe("`npm ci` can only install with a lockfile.");
    expect(reasonIn("")).toBe("npm did not say why.");
  });
});

describe("secrets", () => {
  test("RUN-3 missing ones are made, and those that are there stay", async () => {
    const made = { RECEIPT_KEYS: [await makeKey()], TOKEN_KEYS: [await makeKey()] };
    const text = withSecrets("TOKEN_KEYS='mine'\nOTHER=1", made);
    expect(text).toBe(
      `TOKEN_KEYS='mine'\nOTHER=1\nRECEIPT_KEYS='${JSON.stringify(made.RECEIPT_KEYS)}'\n`,
    );
    expect(withSecrets(text, made)).toBe(text);
  });
  test("RUN-3 the file is made once, for its owner only, with one Ed25519 key each", async () => {
    const file = join(folder, ".dev.vars");
    expect(await ensureSecrets(file)).toBe(true);
    expect(await ensureSecrets(file)).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => line.split("=")[0])).toEqual(["RECEIPT_KEYS", "TOKEN_KEYS"]);
    for (const line of lines) {
      const keys = JSON.parse(line.slice(line.indexOf("'") + 1, -1)) as unknown;
      expect(keys).toMatchObject([
        { kty: "OKP", crv: "Ed25519", use: "sig", kid: expect.any(String) },
      ]);
    }
  });
  test("RUN-3 a file that others could read is closed to them", async () => {
    const file = join(folder, "open.vars");
    writeFileSync(file, "", { mode: 0o644 });
    await ensureSecrets(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

test("RUN-4 the local ids of wrangler.toml are found, and real ones pass", () => {
  const toml = (id: string) =>
    `name = "quoth"\n\n[[d1_databases]]\nbinding = "DIRECTORY"\ndatabase_id = "${id}"\n\n[vars]\nA = "b"\n`;
  expect(placeholderBindings(toml("00000000-0000-0000-0000-000000000001"))).toEqual(["DIRECTORY"]);
  expect(placeholderBindings(toml("5f1c9d6e-0b1a-4f6b-9f5d-3c2b1a000001"))).toEqual([]);
});

test("RUN-5 a step is done once for an input, and again for another", async () => {
  const stamp = join(folder, "deep/stamp");
  let times = 0;
  const step = (digest: string) => onceFor(stamp, digest, async () => void (times += 1));
  expect([await step("a"), await step("a"), await step("b")]).toEqual([true, false, true]);
  expect(times).toBe(2);
  const failing = onceFor(stamp, "c", () => Promise.reject(new Error("half way")));
  await expect(failing).rejects.toThrow("half way");
  expect(await step("c")).toBe(true);
});
