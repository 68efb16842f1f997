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
