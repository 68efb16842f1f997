import { expect, test } from "vitest";
import { company } from "./company.ts";
import { PATIENCE_MS, type Person } from "./person.ts";

/** The account's page and its neighbours, where they say what is so, and ask before what is hard to take back. */
const { registered } = company();

const section = ({ page }: Person, name: string) => page.getByRole("region", { name, exact: true });

/** Letters to this deployment with a link that proves an address, newest first. */
async function lettersLink({ page }: Person, most: number): Promise<URL> {
  const links = page.locator('a[href*="/verify#"]');
  await expect
    .poll(async () => (await page.goto("/local/mail"), links.count()), { timeout: PATIENCE_MS })
    .toBe(most);
  return new URL((await links.first().getAttribute("href")) ?? "");
}

test("WAC-19: who registers with a mail address is told of the letter, and has it sent again", async () => {
  const ann = await registered("Ann", { mail: "ann@example.org" });
  const { page } = ann;
  const told = page.getByRole("status").getByText("on its way to ann@example.org");
  await told.waitFor();
  await lettersLink(ann, 1);
  await page.goto("/account");
  const mail = section(ann, "Mail address");
  await mail.getByText("ann@example.org waits for its link").waitFor();
  expect(await mail.getByText("No mail address is known.").count()).toBe(0);
  await mail.getByRole("button", { name: "Send it again" }).click();
  await mail.getByText("A letter with a link is on its way.").waitFor();
  const link = await lettersLink(ann, 2);
  await page.goto(`${link.pathname}${link.hash}`);
  await page.getByText("The address is yours now.").waitFor();
  await page.goto("/account");
  await mail.getByText("ann@example.org is yours.").waitFor();
  await page.goto("/");
  await page.getByRole("heading", { name: "Rooms" }).waitFor();
  expect(await told.count()).toBe(0);
});

test("WAC-20: the hours of quiet can be set while they are on, and are kept", async () => {
  const { page } = await registered("Ben");
  await page.goto("/account");
  const quiet = page.getByRole("region", { name: "Do not disturb" });
  const from = quiet.getByLabel("From");
  await from.waitFor();
  expect(await from.isDisabled()).toBe(true);
  await quiet.getByLabel("Every day at the same hours").check();
  await from.fill("21:30");
  await quiet.getByLabel("Until").fill("06:15");
  await quiet.getByRole("button", { name: "Save" }).click();
  await expect
    .poll(
      async () => {
        await page.reload();
        await from.waitFor();
        return [await from.inputValue(), await from.isDisabled()];
      },
      { timeout: PATIENCE_MS },
    )
    .toEqual(["21:30", false]);
});

test("WAC-21: a request that was accepted is not said to wait, and no form moves for it", async () => {
  const [fay, gil] = [await registered("Fay"), await registered("Gil")];
  await Promise.all([fay.page.goto("/contacts"), gil.page.goto("/contacts")]);
  const handle = fay.page.getByLabel("Their handle");
  const place = await handle.boundingBox();
  await handle.fill("gil");
  await fay.page.getByRole("button", { name: "Ask", exact: true }).click();
  const waits = fay.page.getByText("Gil has been asked.");
  await waits.waitFor();
  await fay.page.getByRole("button", { name: "Cancel Gil" }).waitFor();
  expect(await handle.boundingBox()).toEqual(place);
  await gil.page.getByRole("button", { name: "Accept Fay" }).click();
  await waits.waitFor({ state: "detached" });
  expect(await handle.boundingBox()).toEqual(place);
});

test("WAC-22: every page has its title before anything else is known", async () => {
  const hal = await registered("Hal");
  const { page } = hal;
  const room = await hal.createsChannel("Tea");
  const titles: [string, string][] = [
    ["/", "Rooms · Quoth"],
    ["/contacts", "Contacts · Quoth"],
    ["/account", "Account · Quoth"],
    ["/forgot", "A new password · Quoth"],
  ];
  // Not even who is signed in can be known.
  await page.route("**/v1/me", (route) => route.abort());
  for (const [path, title] of titles) {
    await page.goto(path);
    await expect.poll(() => page.title(), { timeout: PATIENCE_MS }).toBe(title);
  }
  await page.unroute("**/v1/me");
  await page.goto(room);
  await expect.poll(() => page.title(), { timeout: PATIENCE_MS }).toBe("Tea · Quoth");
  await page.getByRole("link", { name: "Another room" }).click();
  await expect.poll(() => page.title(), { timeout: PATIENCE_MS }).toBe("Rooms · Quoth");
});
