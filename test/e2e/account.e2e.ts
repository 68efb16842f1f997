import { expect, test } from "vitest";
import type { Locator } from "playwright-core";
import { company } from "./company.ts";
import { PATIENCE_MS, type Person } from "./person.ts";

const OTHER_PASSWORD = "a wholly different horse";
const IDLE_MS = 5 * 60_000;

const { arrives, registered, alsoAt } = company();

const section = (person: Person, name: string): Locator =>
  person.page.getByRole("region", { name, exact: true });
const row = (person: Person, list: string, name: string): Locator =>
  person.page.getByRole("list", { name: list }).getByRole("listitem").filter({ hasText: name });

async function adds(person: Person, other: Person): Promise<void> {
  await person.page.goto("/contacts");
  await person.page.getByLabel("Their handle").fill(other.handle);
  await person.page.getByRole("button", { name: "Ask", exact: true }).click();
}

async function becomeContacts(one: Person, other: Person): Promise<void> {
  await Promise.all([adds(one, other), adds(other, one)]);
  await row(one, "Contacts", other.name).waitFor();
  await row(other, "Contacts", one.name).waitFor();
}

test("WAC-1: a device that is signed out elsewhere says so without a reload, in a room and out of one", async () => {
  const anna = await registered("Anna");
  const path = await anna.createsChannel("Tea");
  const inRoom = await alsoAt(anna);
  await inRoom.opens(path);
  const outside = await alsoAt(anna);
  await anna.page.goto("/account");
  const devices = section(anna, "Devices");
  await expect.poll(() => devices.getByRole("listitem").count(), { timeout: PATIENCE_MS }).toBe(3);
  await devices
    .getByRole("button", { name: /^Sign out Chrome/ })
    .first()
    .click();
  await expect.poll(() => devices.getByRole("listitem").count(), { timeout: PATIENCE_MS }).toBe(2);
  await devices.getByRole("button", { name: "Sign out everywhere else" }).click();
  await devices.getByText("All other devices have been signed out.").waitFor();
  await inRoom.page.getByText("Your session has ended.").waitFor();
  await outside.page.getByText("Your session has ended.").waitFor();
  await anna.page.goto("/");
  await anna.page.getByRole("heading", { name: "Rooms" }).waitFor();
  await inRoom.signsIn();
  await inRoom.writes("Here again");
  await inRoom.reaches(["Here again"]);
});

test("WAC-2: a page whose access has run out goes on by itself", async () => {
  const carl = await registered("Carl");
  const path = await carl.createsChannel("Tea");
  await carl.context.clearCookies({ name: "__Host-quoth_session" });
  await carl.page.reload();
  await carl.composer.waitFor();
  expect(new URL(carl.page.url()).pathname).toBe(path);
  await carl.writes("Still here");
  await carl.reaches(["Still here"]);
});

test("WAC-3: whoever forgot their password sets another by the link in a letter, and is signed out everywhere", async () => {
  const dora = await registered("Dora", { mail: "dora@example.org" });
  const { page } = dora;
  // A letter leads to where its reader asked for it: each comes to this deployment by an address of their own.
  const linkTo = async ({ page }: Person, path: string) => {
    const link = page.locator(`a[href*="${path}"]`).first();
    await expect
      .poll(async () => (await page.goto("/local/mail"), link.count()), { timeout: PATIENCE_MS })
      .toBeGreaterThan(0);
    return new URL((await link.getAttribute("href")) ?? "");
  };
  const verify = await linkTo(dora, "/verify#");
  await page.goto(`${verify.pathname}${verify.hash}`);
  await page.getByText("The address is yours now.").waitFor();
  await page.goto("/account");
  await page.getByText("dora@example.org is yours.").waitFor();

  const other = await arrives("Dora");
  await other.page.goto("/");
  await other.page.getByRole("link", { name: "Forgot your password?" }).click();
  await other.page.getByLabel("Mail address").fill("dora@example.org");
  await other.page.getByRole("button", { name: "Send the link" }).click();
  await other.page.getByText("a letter is on its way").waitFor();
  const reset = await linkTo(other, "/reset#");
  await other.page.goto(`${reset.pathname}${reset.hash}`);
  await other.page.getByRole("textbox", { name: "New password" }).fill(OTHER_PASSWORD);
  await other.page.getByRole("button", { name: "Set the password" }).click();
  await other.page.getByText("The password is set").waitFor();
  await other.page.getByRole("link", { name: "Go on" }).click();
  await other.signsIn();
  await other.page.getByRole("alert").getByText("Handle or password is wrong.").waitFor();
  await other.signsIn(OTHER_PASSWORD);
  await other.page.getByRole("heading", { name: "Rooms" }).waitFor();
  await page.goto("/");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("WAC-4: a new handle and name are seen by others, and the handle of another is refused", async () => {
  const [eve, finn] = [await registered("Eve"), await registered("Finn")];
  const path = await eve.createsChannel("Tea");
  await finn.opens(path);
  await eve.page.goto("/account");
  const profile = section(eve, "Profile");
  await profile.getByLabel("Handle").fill("finn");
  await profile.getByRole("button", { name: "Save" }).click();
  await profile.getByText("This handle is taken.").waitFor();
  const handle = profile.getByLabel("Handle");
  expect(await handle.getAttribute("aria-invalid")).toBe("true");
  const described = (await handle.getAttribute("aria-describedby")) ?? "";
  expect(await eve.page.locator(`[id="${described}"]`).textContent()).toBe("This handle is taken.");
  await profile.getByLabel("Handle").fill("evelyn");
  await profile.getByLabel("Name that others see").fill("Evelyn");
  await profile.getByLabel("Pronouns").fill("she/her");
  await profile.getByRole("button", { name: "Save" }).click();
  await profile.getByText("Saved.").waitFor();
  await finn.page.reload();
  await finn.page.getByRole("button", { name: "2 people" }).click();
  await finn.page.getByText("@evelyn").waitFor();
  await finn.page.getByText("Evelyn", { exact: true }).waitFor();
});

test("WAC-5: two who ask each other at the same moment are contacts, see each other come and go, and write", async () => {
  const [gina, hugo] = [await registered("Gina"), await registered("Hugo")];
  await becomeContacts(gina, hugo);
  const state = (name: string) => row(gina, "Contacts", "Hugo").getByRole("img", { name });
  await state("online").waitFor();
  await hugo.page.goto("/account");
  await section(hugo, "Status").getByLabel("What others read").fill("At sea");
  await section(hugo, "Status").getByRole("button", { name: "Save" }).click();
  await row(gina, "Contacts", "Hugo").getByText("At sea").waitFor();
  await gina.page.getByRole("button", { name: "Write Hugo" }).click();
  await gina.composer.waitFor();
  await gina.page.getByRole("heading", { name: "Hugo" }).waitFor();
  await gina.writes("Good wind?");
  await hugo.page.goto("/");
  await hugo.page.getByText("1 unread message").waitFor();
  await hugo.page.getByText("Gina: Good wind?").waitFor();
  await hugo.page.getByRole("link", { name: /Gina/ }).click();
  await hugo.sees("Good wind?");
  await hugo.page.goto("/");
  await hugo.page.getByText("Gina: Good wind?").waitFor();
  await expect
    .poll(() => hugo.page.getByText("1 unread message").count(), { timeout: PATIENCE_MS })
    .toBe(0);
  await gina.page.goto("/contacts");
  await state("online").waitFor();
  await hugo.page.close();
  await state("offline").waitFor();
});

test("WAC-6: who does not touch their device for five minutes is idle, until they do", async () => {
  const [ines, jon] = [await registered("Ines"), await arrives("Jon")];
  await jon.page.clock.install();
  await jon.registers();
  await becomeContacts(ines, jon);
  const state = (name: string) => row(ines, "Contacts", "Jon").getByRole("img", { name });
  await state("online").waitFor();
  await jon.page.clock.runFor(IDLE_MS);
  await state("idle").waitFor();
  await jon.page.mouse.move(10, 10);
  await state("online").waitFor();
});

test("WAC-7: a block hides what somebody writes, from the one who blocked and from nobody else", async () => {
  const [kim, leo] = [await registered("Kim"), await registered("Leo")];
  const path = await kim.createsChannel("Tea");
  await leo.opens(path);
  await leo.writes("Rude words");
  await kim.sees("Rude words");
  await kim.page.goto("/contacts");
  await kim.page.getByLabel("Their handle").fill("leo");
  // It is asked once more, and the safe answer has the focus.
  await kim.page.getByRole("button", { name: "Block", exact: true }).click();
  const asked = kim.page.getByRole("group", { name: "Block @leo?" });
  expect(await kim.page.evaluate("document.activeElement.textContent")).toBe("No");
  await asked.getByRole("button", { name: "Block", exact: true }).click();
  await kim.page.getByText("Leo is blocked.").waitFor();
  await kim.opens(path);
  await leo.writes("More of them");
  await leo.sees("More of them");
  await expect
    .poll(() => kim.page.getByText("From someone whom you have blocked").count(), {
      timeout: PATIENCE_MS,
    })
    .toBe(2);
  expect(await kim.page.getByText(/Rude words|More of them/).count()).toBe(0);
  await adds(leo, kim);
  await leo.page.getByText("Kim has been asked.").waitFor();
  await kim.page.goto("/contacts");
  await kim.page.getByRole("button", { name: "Unblock Leo" }).click();
  await row(kim, "Blocked", "Leo").waitFor({ state: "detached" });
  await kim.opens(path);
  await kim.sees("More of them");
});

test("WAC-8: a draft is there on the other device, and gone from both when it was sent", async () => {
  const mia = await registered("Mia");
  const path = await mia.createsChannel("Tea");
  const other = await alsoAt(mia);
  await other.opens(path);
  await mia.composer.pressSequentially("Half a thought");
  await expect
    .poll(() => other.composer.inputValue(), { timeout: PATIENCE_MS })
    .toBe("Half a thought");
  await other.composer.press("End");
  await other.composer.pressSequentially(", and the rest");
  await expect
    .poll(() => mia.composer.inputValue(), { timeout: PATIENCE_MS })
    .toBe("Half a thought, and the rest");
  await mia.page.reload();
  await expect
    .poll(() => mia.composer.inputValue(), { timeout: PATIENCE_MS })
    .toBe("Half a thought, and the rest");
  await mia.composer.press("Enter");
  await mia.reaches(["Half a thought, and the rest"]);
  await expect.poll(() => other.composer.inputValue(), { timeout: PATIENCE_MS }).toBe("");
});

test("WAC-9: a token for a program is shown once, works as it says, and ends when it is revoked", async () => {
  const nia = await registered("Nia");
  await nia.page.goto("/account");
  const tokens = section(nia, "Access tokens");
  await tokens.getByLabel("Name of the token").fill("Backup");
  await tokens.getByRole("button", { name: "Make a token" }).click();
  await tokens.getByText("This is shown once:").waitFor();
  const token = await tokens.locator(".secret").textContent();
  const ask = async (path: string, method = "GET") =>
    (await fetch(nia.wire.url + path, { method, headers: { authorization: `Bearer ${token}` } }))
      .status;
  expect(await ask("/v1/me/inbox")).toBe(200);
  expect(await ask("/v1/rooms", "POST")).not.toBe(201);
  await nia.page.reload();
  await row(nia, "Access tokens", "Backup").waitFor();
  expect(await nia.page.getByText(token ?? "?").count()).toBe(0);
  await nia.page.getByRole("button", { name: "Revoke Backup" }).click();
  await row(nia, "Access tokens", "Backup").waitFor({ state: "detached" });
  expect(await ask("/v1/me/inbox")).toBe(401);
});

test("WAC-10: an invitation's link brings two people together", async () => {
  const olga = await registered("Olga");
  await olga.page.goto("/contacts");
  await olga.page.getByRole("button", { name: "Make a link" }).click();
  const link = new URL((await olga.page.locator("code.secret").textContent()) ?? "");
  const paul = await arrives("Paul");
  await paul.page.goto(`${link.pathname}${link.hash}`);
  await paul.page.getByText("Olga would like to be your contact.").waitFor();
  await paul.page.getByRole("button", { name: "Register", exact: true }).click();
  await paul.page.getByLabel("Handle").fill("paul");
  await paul.page.getByLabel("Name that others see").fill("Paul");
  await paul.page.getByLabel("Password").fill(OTHER_PASSWORD);
  await paul.page.getByRole("button", { name: "Register", exact: true }).click();
  await paul.page.getByRole("button", { name: "Accept" }).click();
  await row(paul, "Contacts", "Olga").waitFor();
  await row(olga, "Contacts", "Paul").waitFor();
});

test("WAC-11: favourites stand first, on every device, by the keyboard alone", async () => {
  const quin = await registered("Quin");
  const other = await alsoAt(quin);
  for (const name of ["Alpha", "Beta"]) {
    await quin.page.goto("/");
    await quin.createsChannel(name);
  }
  await quin.page.goto("/");
  const names = (person: Person) =>
    person.page.locator(".home-rooms .room-list a bdi").allTextContents();
  const star = quin.page.getByRole("button", { name: "Favourite: Alpha" });
  await star.focus();
  await quin.page.keyboard.press("Enter");
  await expect.poll(() => names(other), { timeout: PATIENCE_MS }).toEqual(["Alpha", "Beta"]);
  await expect.poll(() => star.getAttribute("aria-pressed"), { timeout: PATIENCE_MS }).toBe("true");
  await quin.page.getByRole("button", { name: "Favourite: Beta" }).press("Enter");
  await star.press("Enter");
  await expect.poll(() => names(other), { timeout: PATIENCE_MS }).toEqual(["Beta", "Alpha"]);
});

test("WAC-12: deleting the account asks once more, signs out, and is taken back by signing in", async () => {
  const ruth = await registered("Ruth");
  await ruth.page.goto("/account");
  await ruth.page.getByRole("button", { name: "Delete the account" }).click();
  expect(await ruth.page.evaluate("document.activeElement.textContent")).toBe("Keep it");
  await ruth.page.getByRole("button", { name: "Delete the account" }).click();
  await ruth.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await ruth.signsIn();
  await ruth.page.getByRole("heading", { name: "Account", level: 1 }).waitFor();
});
