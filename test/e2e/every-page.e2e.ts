import { expect, test } from "vitest";
import type { Locator } from "playwright-core";
import { limits } from "../../schema/limits.ts";
import { company } from "./company.ts";
import { PATIENCE_MS, type Person } from "./person.ts";

/** What holds wherever one is: the way out, how passwords are typed, and how mistakes are told. */
const { arrives, registered } = company();

const SECRET = "a-secret-of-sixteen-characters-or-more";
const PASTED = "  pasted, with spaces — and ünïcode 🐎  ";
const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** The way out and its neighbours: open to see, or behind the one button that bears the name. */
async function findsTheWayOut({ page, name }: Person, path: string): Promise<Locator> {
  const menu = page.getByRole("button", { name: `${name}: account and signing out` });
  const out = page.getByRole("button", { name: "Sign out", exact: true });
  await menu.or(out).first().waitFor();
  if (await menu.isVisible()) await menu.click();
  const ways = page.getByRole("navigation", { name: "Quoth" });
  await ways.getByText(`Signed in as ${name}`).waitFor();
  for (const link of ["Rooms", "Contacts", "Account"])
    expect(await ways.getByRole("link", { name: link }).isVisible(), `${link} on ${path}`).toBe(
      true,
    );
  expect(await out.isVisible(), `signing out on ${path}`).toBe(true);
  return out;
}

test("WAC-14: signing out, the account and the contacts are at hand on every page", async () => {
  const abe = await registered("Abe");
  const room = await abe.createsChannel("Tea");
  const nowhere = room.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  const letters = ["/verify", "/reset", "/invite"].map((path) => `${path}#${SECRET}`);
  const paths = ["/", "/contacts", "/account", "/forgot", "/no-such-page", nowhere, ...letters];
  for (const size of sizes) {
    await abe.page.setViewportSize(size);
    for (const path of [...paths, room]) {
      await abe.page.goto(path);
      await findsTheWayOut(abe, `${path} at ${size.width}`);
    }
  }
  // By the keyboard too: Escape closes it and gives the focus back, and the button opens it again.
  await abe.page.keyboard.press("Escape");
  await abe.page.keyboard.press("Enter");
  await abe.page.getByRole("button", { name: "Sign out", exact: true }).press("Enter");
  await abe.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await abe.page.reload();
  await abe.page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await abe.page.getByRole("button", { name: /signing out/ }).count()).toBe(0);
});

/** Masked, told to password managers as what it is, and open to pasting. */
async function takesAPassword({ page }: Person, field: Locator, autocomplete: string) {
  expect(await field.getAttribute("type")).toBe("password");
  expect(await field.getAttribute("autocomplete")).toBe(autocomplete);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(PASTED)})`);
  await field.focus();
  await page.keyboard.press("Control+V");
  await expect.poll(() => field.inputValue(), { timeout: PATIENCE_MS }).toBe(PASTED);
}

test("WAC-15: every field for a password masks it, takes it pasted, and tells password managers what it is", async () => {
  const bea = await arrives("Bea");
  const { page, context } = bea;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/");
  const password = page.getByLabel("Password", { exact: true });
  await takesAPassword(bea, password, "current-password");
  expect(await page.getByLabel("Handle").getAttribute("autocomplete")).toBe("username");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await takesAPassword(bea, password, "new-password");
  // What was pasted is what was typed: it signs in.
  await page.getByLabel("Handle").fill("bea");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await page.getByRole("heading", { name: "Rooms" }).waitFor();
  await page.goto("/account");
  const section = page.getByRole("region", { name: "Password", exact: true });
  await takesAPassword(bea, section.getByLabel("Your password now"), "current-password");
  await takesAPassword(bea, section.getByLabel("New password"), "new-password");
  await page.goto(`/reset#${SECRET}`);
  await takesAPassword(bea, page.getByRole("textbox", { name: "New password" }), "new-password");
  await page.goto("/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Handle").fill("bea");
  await takesAPassword(bea, password, "current-password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Rooms" }).waitFor();
});

/** The words that the field is described by. */
async function isToldBeside({ page }: Person, field: Locator): Promise<string> {
  await expect
    .poll(() => field.getAttribute("aria-invalid"), { timeout: PATIENCE_MS })
    .toBe("true");
  const id = await field.getAttribute("aria-describedby");
  expect(await field.evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true);
  return (await page.locator(`[id="${id}"]`).textContent()) ?? "";
}

test("WAC-17: what is wrong with a value stands beside its field, until it is typed anew", async () => {
  const cid = await arrives("Cid");
  const { page } = cid;
  await page.goto("/");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  const handle = page.getByLabel("Handle");
  const submit = page.getByRole("button", { name: "Register", exact: true });
  await handle.fill("admin");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await submit.click();
  expect(await isToldBeside(cid, handle)).toMatch(/^Letters, digits.*A few names/);
  await handle.fill("cid");
  expect(await handle.getAttribute("aria-invalid")).toBe(null);
  await page.getByLabel("Password").fill("1234567890");
  await submit.click();
  expect(await isToldBeside(cid, page.getByLabel("Password"))).toContain("first that are guessed");
  expect(await page.getByText(/request_|[0-9a-f]{16}/).count()).toBe(0);
  // With a passkey the same field is judged, and told in the same place.
  await handle.fill("root");
  await page.getByRole("button", { name: "Register with a passkey" }).click();
  expect(await isToldBeside(cid, handle)).toMatch(/^Letters, digits/);
});

test("WAC-18: who has tried too often reads how long to wait, and which ways are open", async () => {
  const don = await arrives("Don");
  const { page } = don;
  await page.goto("/");
  const slowed = page.getByText("Too many tries. Try again in 1 minute.");
  // Twice as often as it takes: the minute that is counted may end in between.
  const most = 2 * limits.sign_in_per_account;
  for (let tries = 0; tries <= most && !(await slowed.isVisible()); tries += 1) {
    const answer = page.waitForResponse("**/v1/auth/login");
    await don.signsIn(`wrong password ${tries}`);
    await (await answer).finished();
  }
  await slowed.waitFor();
  await page.getByText(/a passkey still signs you in, and so does a browser/).waitFor();
});
