import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Browser } from "playwright-core";
import { createClient, type Client, type RoomHandle } from "../../client/index.ts";
import { roomIdIn } from "../../web/models/route.ts";
import { launchBrowser } from "../support/browser.ts";
import { Deployment } from "./deployment.ts";
import { PATIENCE_MS, Person, unexpected } from "./person.ts";

const MESSAGES = 120;

let deployment: Deployment;
let browser: Browser;
let ada: Person;
/** Cy has no browser: the SDK, on Node, over a real line. */
let cy: Client;
let room: RoomHandle;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([Deployment.starts(), launchBrowser()]);
  ada = await Person.arrives(browser, deployment.port, "Ada", {
    viewport: { width: 900, height: 600 },
  });
  await ada.registers();
  const room_id = roomIdIn(await ada.createsChannel("Long story"));
  if (room_id === null) throw new Error("no room");
  cy = createClient({ url: `http://localhost:${deployment.port}` });
  await cy.register({ handle: "cy", password: "correct horse battery staple" });
  await cy.join(room_id);
  room = cy.openRoom(room_id);
  for (let count = 1; count <= MESSAGES; count += 1) room.send(`line ${count}`);
  await vi.waitUntil(() => room.state().waiting_commands === 0, { timeout: PATIENCE_MS });
});
afterAll(async () => {
  cy?.close();
  await ada?.leaves();
  await browser?.close();
  await deployment?.ends();
});

const fromEnd = (): Promise<number> =>
  ada.timeline.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
/** Where the words stand: a message may lose its author's name above them to an older one. */
const topOf = (text: string): Promise<number> =>
  ada
    .message(text)
    .locator(".words")
    .evaluate((words) => words.getBoundingClientRect().top);

test("CLI-26: the same SDK sends from Node, and each message has a receipt that proves it", async () => {
  const { messages, proof } = room.state();
  const mine = messages.filter(({ author }) => author === room.state().me);
  expect(mine.map(({ text }) => text)).toEqual(
    Array.from({ length: MESSAGES }, (_, at) => `line ${at + 1}`),
  );
  expect(proof).toMatchObject({ complete_through: MESSAGES + 2, faults: [] });
  const command_id = mine[7]?.message_id.replace("message", "command") as `command_${string}`;
  expect(await room.receipt(command_id)).toMatchObject({ verdict: "valid" });
  await room.verify("first");
  expect(room.state().proof).toMatchObject({ verified_since: 1, faults: [] });
});

test("WEB-17: the page follows new messages only for who stands at the end", async () => {
  await ada.sees(`line ${MESSAGES}`);
  expect(await fromEnd()).toBeLessThan(2);
  room.send("while at the end");
  await ada.sees("while at the end");
  expect(await fromEnd()).toBeLessThan(2);

  await ada.timeline.evaluate((box) => (box.scrollTop -= 900));
  await ada.page.waitForTimeout(100);
  const before = await topOf("line 95");
  room.send("while reading");
  const newest = ada.page.getByRole("button", { name: "New messages below" });
  await newest.waitFor();
  expect(Math.abs((await topOf("line 95")) - before)).toBeLessThan(1);
  await newest.click();
  expect(await fromEnd()).toBeLessThan(2);
  await newest.waitFor({ state: "detached" });
});

test("WEB-17: older messages come in above, and what is read stays where it is", async () => {
  await ada.page.reload();
  await ada.sees("while reading");
  const earlier = ada.page.getByRole("button", { name: "Show earlier messages" });
  while ((await earlier.count()) > 0) {
    const first = (await ada.reads())[0] ?? "";
    await earlier.scrollIntoViewIfNeeded();
    const before = await topOf(first);
    await earlier.click();
    await expect.poll(async () => (await ada.reads())[0], { timeout: PATIENCE_MS }).not.toBe(first);
    expect(Math.abs((await topOf(first)) - before), first).toBeLessThan(3);
  }
  const lines = Array.from({ length: MESSAGES }, (_, at) => `line ${at + 1}`);
  expect(await ada.reads()).toEqual([...lines, "while at the end", "while reading"]);
  expect(unexpected(ada.complaints)).toEqual([]);
});
