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
