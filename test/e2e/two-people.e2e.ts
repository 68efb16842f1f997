import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { Deployment } from "./deployment.ts";
import { PATIENCE_MS, Person, unexpected } from "./person.ts";

let deployment: Deployment;
let browser: Browser;
let ada: Person;
let bo: Person;
let round = 0;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([Deployment.starts(), launchBrowser()]);
  ada = await Person.arrives(browser, deployment.port, "Ada");
  bo = await Person.arrives(browser, deployment.port, "Bo");
  await Promise.all([ada.registers(), bo.registers()]);
});
afterAll(async () => {
  await Promise.all([ada?.leaves(), bo?.leaves()]);
  await browser?.close();
  await deployment?.ends();
});
beforeEach(async () => {
  round += 1;
  await Promise.all([ada.page.goto("/"), bo.page.goto("/")]);
});
afterEach(() => {
  expect(unexpected([...ada.complaints.splice(0), ...bo.complaints.splice(0)])).toEqual([]);
});

const roomName = () => `Tea ${round}`;

/** Both are in ada's channel, and both have said something. */
async function meet(): Promise<string> {
  const path = await ada.createsChannel(roomName());
  await bo.opens(path);
  await ada.writes("Good afternoon");
  await bo.sees("Good afternoon");
  await bo.writes("Hello Ada");
  await ada.sees("Hello Ada");
  return path;
}

/** The same words under the same numbers on both screens, and both know that it is all. */
async function agree(texts: readonly string[]): Promise<void> {
  await ada.reaches(texts);
  await bo.reaches(texts);
  expect(await bo.numbers()).toEqual(await ada.numbers());
  await expect
    .poll(() => bo.completeThrough(), { timeout: PATIENCE_MS })
    .toBe(await ada.completeThrough());
}

test("WEB-1: two people open one channel by its link, and see what the other writes", async () => {
  await meet();
  await agree(["Good afternoon", "Hello Ada"]);
  await ada.writes("<img src=x onerror=alert(1)>", "two\nlines");
  await agree(["Good afternoon", "Hello Ada", "<img src=x onerror=alert(1)>", "two\nlines"]);
  expect(await bo.timeline.locator("img").count()).toBe(0);
});

test("WEB-2: what was written offline and what was missed are there once, in one order", async () => {
  await meet();
  await bo.goesOffline();
  await ada.writes("Are you there?", "Bo?");
  await bo.writes("I am in a tunnel", "Still in it");
  await bo.reaches([
    "Good afternoon",
    "Hello Ada",
    "I am in a tunnel (sending)",
    "Still in it (sending)",
  ]);
  await bo.page.getByText("Reconnecting…").waitFor();
  await bo.comesBack();
  const all = [
    "Good afternoon",
    "Hello Ada",
    "Are you there?",
    "Bo?",
    "I am in a tunnel",
    "Still in it",
  ];
  await agree(all);
  expect(await bo.page.getByText("Reconnecting…").count()).toBe(0);
  await ada.writes("There you are");
  await agree([...all, "There you are"]);
});

test("WEB-3: a message is edited, and another deleted, on both screens and after a reload", async () => {
  await meet();
  await ada.writes("Tea at for", "Forget this");
  await ada.sees("Forget this");
  await ada.message("Tea at for").hover();
  await ada.message("Tea at for").getByRole("button", { name: "Edit" }).click();
  await ada.composer.fill("Tea at four");
  await ada.composer.press("Enter");
  await ada.sees("Tea at four");
  await ada.message("Forget this").hover();
  await ada.message("Forget this").getByRole("button", { name: "Delete" }).click();
  await ada.page
    .getByRole("group", { name: "Delete for everyone?" })
    .getByRole("button", { name: "Delete" })
    .click();
  await agree(["Good afternoon", "Hello Ada", "Tea at four", "Deleted"]);
  expect(await bo.message("Tea at four").getByText("edited").count()).toBe(1);
  expect(await bo.message("Tea at four").getByRole("button", { name: "Edit" }).count()).toBe(0);
  await bo.page.reload();
  await agree(["Good afternoon", "Hello Ada", "Tea at four", "Deleted"]);
});

test("WEB-3: edit and delete are reached by the keyboard alone", async () => {
  await meet();
  await ada.composer.press("ArrowUp");
  await expect.poll(() => ada.composer.inputValue()).toBe("Good afternoon");
  await ada.composer.press("End");
  await ada.page.keyboard.type(", Bo");
  await ada.page.keyboard.press("Enter");
  await ada.sees("Good afternoon, Bo");
  const remove = ada.message("Good afternoon, Bo").getByRole("button", { name: "Delete" });
  await remove.focus();
  await ada.page.keyboard.press("Enter");
  await expect.poll(() => ada.page.evaluate("document.activeElement.textContent")).toBe("Keep");
  await ada.page.keyboard.press("Shift+Tab");
  await ada.page.keyboard.press("Enter");
  await agree(["Deleted", "Hello Ada"]);
  expect(await ada.page.evaluate("document.activeElement.id")).toBe("composer");
});

test("WEB-4: a reload while a message is on its way sends it once", async () => {
  await meet();
  // The page loads, and its socket does not open.
  await bo.page.route("**/v1/tickets", (route) => route.abort());
  bo.wire.cut();
  bo.wire.mend();
  await bo.writes("Written before the reload", "And this");
  await bo.reaches([
    "Good afternoon",
    "Hello Ada",
    "Written before the reload (sending)",
    "And this (sending)",
  ]);
  await bo.page.reload();
  await bo.reaches(["Written before the reload (sending)", "And this (sending)"]);
  await bo.page.unroute("**/v1/tickets");
  await agree(["Good afternoon", "Hello Ada", "Written before the reload", "And this"]);
});

test("WEB-5: the proof says how far the record is complete, verified and signed, and shows an own receipt", async () => {
  await meet();
  await ada.page.getByRole("button", { name: /^Complete through/ }).click();
  const proof = ada.page.getByRole("complementary", { name: "Proof" });
  await proof.getByText("Every entry up to #4 is accounted for.").waitFor();
  await proof.getByText(/^The head, #4, is signed with the key/).waitFor();
  await proof.getByRole("button", { name: "Check from the first entry" }).click();
  await proof
    .getByText("The chain was checked on this device from the very first entry.")
    .waitFor();
  await ada.message("Good afternoon").hover();
  await ada.message("Good afternoon").getByRole("button", { name: "Receipt" }).click();
  await proof.getByText("Signed and in the record").waitFor();
  await ada.page.keyboard.press("Escape");
  await proof.waitFor({ state: "detached" });
});

test("WEB-6: a stranger's room and a wrong link are answered plainly", async () => {
  const path = await ada.createsChannel(roomName());
  const nowhere = `${path.slice(0, -4)}0000`;
  await bo.page.goto(nowhere);
  await bo.page.getByText("No such room, or not for you.").waitFor();
  await bo.page.getByRole("link", { name: "All rooms" }).last().click();
  const link = bo.page.getByRole("textbox", { name: "Link" });
  await link.fill("not a link");
  await bo.page.getByRole("button", { name: "Open", exact: true }).click();
  await bo.page.getByText("This is not the link of a room.").waitFor();
  await link.fill(`${bo.wire.url}${path}`);
  await bo.page.getByRole("button", { name: "Open", exact: true }).click();
  await bo.page.getByRole("heading", { name: roomName() }).waitFor();
  await bo.page.goto("/");
  await bo.page.getByRole("link", { name: roomName() }).waitFor();
});

test("WEB-7: someone is added by their handle, and leaves again", async () => {
  const path = await ada.createsChannel(roomName());
  await ada.page.getByRole("button", { name: "1 person" }).click();
  await ada.page.getByLabel("Add by handle").fill("nobody-here");
  await ada.page.getByRole("button", { name: "Add", exact: true }).click();
  await ada.page.getByText("Nobody here has the handle “nobody-here”.").waitFor();
  await ada.page.getByLabel("Add by handle").fill(`@${bo.handle}`);
  await ada.page.getByRole("button", { name: "Add", exact: true }).click();
  await ada.page.getByText(`${bo.name} has been added.`).waitFor();
  await bo.opens(path);
  await bo.page.getByRole("button", { name: "2 people" }).click();
  await bo.page.getByRole("button", { name: "Leave this room" }).click();
  await bo.page.getByRole("button", { name: "Leave", exact: true }).click();
  await bo.page.getByText("You have left this room.").waitFor();
  await ada.page.getByRole("button", { name: "1 person" }).waitFor();
});

test("WEB-8: a session that has ended asks for the password, and goes on with what was written", async () => {
  await meet();
  await bo.context.clearCookies();
  bo.wire.cut();
  bo.wire.mend();
  await bo.page.getByText("Your session has ended.").waitFor();
  await bo.reaches(["Good afternoon", "Hello Ada"]);
  await ada.writes("Missed");
  await bo.signsIn();
  await bo.composer.waitFor();
  await bo.writes("Back again");
  await agree(["Good afternoon", "Hello Ada", "Missed", "Back again"]);
});
