import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { Deployment } from "./deployment.ts";
import { PATIENCE_MS, Person, unexpected } from "./person.ts";

let deployment: Deployment;
let browser: Browser;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([Deployment.starts(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await deployment?.ends();
});

test("WEB-9: a server that is killed under open pages loses nothing and repeats nothing", async () => {
  const ada = await Person.arrives(browser, deployment.port, "Ada");
  const bo = await Person.arrives(browser, deployment.port, "Bo");
  onTestFailed(async () => void (await Promise.all([ada.shows(), bo.shows()])));
  await Promise.all([ada.registers(), bo.registers()]);
  await bo.opens(await ada.createsChannel("Tea"));
  const wanted = { ada: [] as string[], bo: [] as string[] };
  for (let round = 1; round <= 3; round += 1) {
    const words = (who: string) => [1, 2, 3, 4].map((count) => `${who} ${round}.${count}`);
    // In the middle of what they write the server dies, and they go on writing.
    await ada.writes(...words("ada").slice(0, 2));
    const writing = Promise.all([ada.writes(...words("ada").slice(2)), bo.writes(...words("bo"))]);
    await deployment.dies();
    await writing;
    await deployment.rises();
    wanted.ada.push(...words("ada"));
    wanted.bo.push(...words("bo"));
  }
  const by = (texts: readonly string[], who: string) =>
    texts.filter((text) => text.startsWith(who));
  for (const person of [ada, bo]) {
    await expect
      .poll(async () => by(await person.reads(), "ada"), { timeout: PATIENCE_MS * 2 })
      .toEqual(wanted.ada);
    await expect
      .poll(async () => by(await person.reads(), "bo"), { timeout: PATIENCE_MS })
      .toEqual(wanted.bo);
  }
  expect(await bo.reads()).toEqual(await ada.reads());
  expect(await bo.numbers()).toEqual(await ada.numbers());
  expect(await bo.completeThrough()).toBe(await ada.completeThrough());
  const numbers = await ada.numbers();
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(unexpected([...ada.complaints, ...bo.complaints])).toEqual([]);
  await Promise.all([ada.leaves(), bo.leaves()]);
}, 240_000);
