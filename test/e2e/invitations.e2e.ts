import { expect, test } from "vitest";
import { company } from "./company.ts";
import { PATIENCE_MS, type Person } from "./person.ts";

/** Invitations to rooms, with and without an account, on a deployment that takes guests. */
const { arrives, registered } = company({ GUESTS: "on" });

/** In the room that stands open. Gives what follows the origin, which is another for each who comes. */
async function makesALink({ page }: Person, wanted: { uses?: number; guest?: boolean }) {
  const form = page.getByRole("form", { name: "Make an invitation link" });
  if (!(await form.isVisible()))
    await page.getByRole("button", { name: / pe(rson|ople)$/ }).click();
  await form.getByLabel("How many people may use it").fill(String(wanted.uses ?? 1));
  if (wanted.guest) await form.getByLabel("Guests may come in").check();
  const link = page.locator(".once .secret");
  const before = (await link.count()) > 0 ? await link.textContent() : null;
  await form.getByRole("button", { name: "Make an invitation link" }).click();
  const shown = async () => ((await link.count()) > 0 ? link.textContent() : null);
  await expect.poll(shown, { timeout: PATIENCE_MS }).not.toBe(before);
  const { pathname, hash } = new URL((await shown()) ?? "");
  return pathname + hash;
}

test("WAC-13: a guest comes in by an invitation, writes in its room, and is there again after a reload", async () => {
  const [ada, gus] = [await registered("Ada"), await arrives("Gus")];
  const path = await ada.createsChannel("Tea");
  await ada.writes("Good afternoon.");
  await gus.page.goto(await makesALink(ada, { guest: true }));
  await gus.page.getByText("Ada invites you to a room.").waitFor();
  // Coming in as a guest is what this page is for; an account is the other way.
  const primary = gus.page.locator("button.primary:visible");
  expect(await primary.allTextContents()).toEqual(["Come in"]);
  await gus.page.getByText("Come in with an account").waitFor();
  expect(await gus.page.getByRole("link", { name: /Go on|Not now/ }).count()).toBe(0);
  await gus.page.getByLabel("Name that others see").fill("Gus");
  await gus.page.getByRole("button", { name: "Come in" }).click();
  await gus.sees("Good afternoon.");
  expect(new URL(gus.page.url()).pathname).toBe(path);
  await gus.writes("Thank you for having me.");
  await ada.sees("Thank you for having me.");
  await gus.page.reload();
  await gus.sees("Thank you for having me.");
  // Whatever this browser remembers of rooms, the room is still theirs.
  await gus.page.evaluate(
    "for (const key of Object.keys(localStorage)) if (key !== 'quoth.session') localStorage.removeItem(key)",
  );
  await gus.page.goto(path);
  await gus.sees("Good afternoon.");
});

test("WAC-16: an invitation to a room is made, shown once, counted and revoked beside the room", async () => {
  const [cleo, dan] = [await registered("Cleo"), await registered("Dan")];
  const { page, context } = cleo;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const path = await cleo.createsChannel("Tea");
  const link = await makesALink(cleo, { uses: 2 });
  await page.locator(".once").getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied." }).waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toContain(link);
  const rows = page.getByRole("list", { name: "Open invitations" }).getByRole("listitem");
  await rows.getByText("2 uses left").waitFor();

  await dan.page.goto(link);
  await dan.page.getByRole("button", { name: "Accept" }).click();
  await dan.composer.waitFor();
  expect(new URL(dan.page.url()).pathname).toBe(path);
  // Who may add nobody, invites nobody.
  await dan.page.getByRole("button", { name: "2 people" }).click();
  await dan.page.getByText("@cleo").waitFor();
  expect(await dan.page.getByRole("form", { name: "Make an invitation link" }).count()).toBe(0);

  await page.reload();
  await page.getByRole("button", { name: "2 people" }).click();
  await rows.getByText("1 use left").waitFor();
  expect(await page.locator(".once").count()).toBe(0);
  await page.getByRole("button", { name: /^Revoke the invitation/ }).click();
  await rows.waitFor({ state: "detached" });
  const eli = await arrives("Eli");
  await eli.page.goto(link);
  await eli.page.getByRole("alert").getByText("The link is not valid any more").waitFor();
});

test("WAC-23: a guest is shown nothing that could only be refused", async () => {
  const [flo, guy] = [await registered("Flo"), await arrives("Guy")];
  await flo.createsChannel("Tea");
  await guy.page.goto(await makesALink(flo, { guest: true }));
  await guy.page.getByLabel("Name that others see").fill("Guy");
  await guy.page.getByRole("button", { name: "Come in" }).click();
  await guy.composer.waitFor();
  const headings = () => guy.page.getByRole("heading", { level: 2 }).allTextContents();
  await guy.page.goto("/account");
  await guy.page.getByText("You are here as a guest").waitFor();
  await guy.page.getByRole("heading", { name: "Status" }).waitFor();
  expect(await headings()).toEqual([
    ...["Profile", "Status", "Do not disturb", "Who may what", "Devices", "Delete the account"],
  ]);
  await guy.page.goto("/contacts");
  await guy.page.getByText("Guests are found by others").waitFor();
  expect(await headings()).toEqual([]);
  await guy.page.goto("/");
  await guy.page.getByText("Guests are in the room").waitFor();
  expect(await headings()).toEqual([]);
  await guy.page.getByRole("link", { name: "Tea" }).click();
  await guy.composer.waitFor();
});

test("WAC-24: a link that cannot be one is told before anything is typed", async () => {
  const { page } = await arrives("Hob");
  for (const link of ["/reset#bad", "/reset#%", "/verify#a%20b", "/invite#", "/reset"]) {
    await page.goto("/");
    await page.goto(link);
    await page.getByText("The link is not whole.").waitFor();
    expect(await page.locator("input").count()).toBe(0);
  }
});
