import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { TOTP } from "otpauth";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, onTestFailed, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import type { Loopback } from "../support/loopback.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import { CLIENT_ID, serveProvider } from "../support/oidc-provider.ts";
import { Deployment } from "./deployment.ts";
import { PATIENCE_MS, Person, unexpected } from "./person.ts";

/** Passkeys, codes and another service, as a person meets them. */
const SHOTS = join(import.meta.dirname, "../../dist/shots");
const client_secret = "a secret of sixteen characters or more";
let deployment: Deployment;
let browser: Browser;
let elsewhere: Loopback;
let people: Person[] = [];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  elsewhere = await listenOnLoopback();
  const provider = { provider_id: "elsewhere", name: "Elsewhere", issuer: elsewhere.origin };
  const OIDC_PROVIDERS = JSON.stringify([{ ...provider, client_id: CLIENT_ID, client_secret }]);
  [deployment, browser] = await Promise.all([
    Deployment.starts({ OIDC_PROVIDERS }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await deployment?.ends();
  await elsewhere?.close();
});
afterEach(async () => {
  const complaints = people.flatMap((person) => person.complaints);
  await Promise.all(people.map((person) => person.leaves()));
  people = [];
  expect(unexpected(complaints)).toEqual([]);
});

async function arrives(name: string): Promise<Person> {
  const person = await Person.arrives(browser, deployment.port, name);
  people.push(person);
  onTestFailed(() => person.shows());
  return person;
}

/** The browser's own authenticator, which finds passkeys by itself and has checked its owner. */
async function holdsAnAuthenticator({ context, page }: Person): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

const shows = ({ page }: Person, name: string) =>
  page.screenshot({ path: join(SHOTS, `factors-${name}.png`), fullPage: true });
const isIn = ({ page }: Person) => page.getByRole("heading", { name: "Rooms" }).waitFor();
const press = ({ page }: Person, name: string) =>
  page.getByRole("button", { name, exact: true }).click();

async function signsOut(person: Person): Promise<void> {
  await person.page.goto("/");
  await press(person, "Sign out");
  await person.page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
}

test("KEY-10: somebody registers with a passkey alone, signs out, and in again without a handle", async () => {
  const pia = await arrives("Pia");
  await holdsAnAuthenticator(pia);
  const { page } = pia;
  await page.goto("/");
  await press(pia, "Register");
  await page.getByLabel("Handle").fill("pia");
  await shows(pia, "register");
  await press(pia, "Register with a passkey");
  await isIn(pia);
  await signsOut(pia);
  await shows(pia, "sign-in");
  await press(pia, "Sign in with a passkey");
  await isIn(pia);
  await page.goto("/account");
  const passkeys = page.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
  await expect.poll(() => passkeys.count(), { timeout: PATIENCE_MS }).toBe(1);
});

test("KEY-10: who has a password adds a passkey, and signs in with it", async () => {
  const max = await arrives("Max");
  await holdsAnAuthenticator(max);
  await max.registers();
  const { page } = max;
  await page.goto("/account");
  await press(max, "Add a passkey");
  const passkeys = page.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
  await expect.poll(() => passkeys.count(), { timeout: PATIENCE_MS }).toBe(1);
  await shows(max, "passkeys");
  await signsOut(max);
  await press(max, "Sign in with a passkey");
  await isIn(max);
});

test("OTP-9: somebody sets up a second factor, and signs in with its code, and then with a recovery code", async () => {
  const lea = await arrives("Lea");
  await lea.registers();
  const { page } = lea;
  await page.goto("/account");
  await press(lea, "Set up a second factor");
  const secret = (await page.locator("code.secret").textContent()) ?? "";
  const codeAt = (steps: number) =>
    new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
  const code = page.getByLabel("Code of your second factor");
  await code.fill(codeAt(0));
  expect(await page.getByText("one of your recovery codes").count()).toBe(0);
  await shows(lea, "second-factor");
  await press(lea, "Confirm");
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect.poll(() => codes.count(), { timeout: PATIENCE_MS }).toBe(10);
  const recovery = (await codes.first().textContent()) ?? "";
  await shows(lea, "recovery-codes");

  await signsOut(lea);
  await lea.signsIn();
  await code.fill(codeAt(1));
  await shows(lea, "code");
  await press(lea, "Sign in");
  await isIn(lea);

  await signsOut(lea);
  await lea.signsIn();
  await code.fill(recovery);
  await press(lea, "Sign in");
  await isIn(lea);

  // Before it is switched off it is asked once more, and the safe answer has the focus.
  await page.goto("/account");
  const off = page.getByRole("button", { name: "Switch the second factor off" });
  await off.click();
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Keep it on");
  await page.keyboard.press("Enter");
  await off.click();
  await page.getByText("the recovery codes are void").waitFor();
  await off.click();
  await page.getByText("asks for nothing else").waitFor();
});

test("SSO-10: somebody signs in with another service, over its own pages, and is signed in on ours", async () => {
  const ola = await arrives("Ola");
  const { page } = ola;
  const origin = ola.wire.url;
  serveProvider(elsewhere, {
    origin,
    client_secret,
    people: { "ola-elsewhere": { preferred_username: "ola", name: "Ola Elsewhere" } },
  });
  await page.goto("/");
  await page.getByRole("link", { name: "Sign in with Elsewhere" }).click();
  await signsInThere(ola, "ola-elsewhere");
  await isIn(ola);
  expect(page.url()).toBe(`${origin}/`);
  await page.goto("/account");
  await page.getByRole("list", { name: "Other services" }).getByText("signs in here").waitFor();
  await shows(ola, "elsewhere");

  await signsOut(ola);
  await page.goto("/v1/auth/oidc/callback?code=x&state=y");
  await page.getByRole("alert").filter({ hasText: "Begin again" }).waitFor();
  await shows(ola, "elsewhere-failed");
});

test("SSO-10: somebody links another service, and is asked for their code when they come by it", async () => {
  const kim = await arrives("Kim");
  await kim.registers();
  const { page } = kim;
  serveProvider(elsewhere, { origin: kim.wire.url, client_secret, people: {} });
  await page.goto("/account");
  await page.getByRole("link", { name: "Sign in with Elsewhere from now on" }).click();
  await signsInThere(kim, "kim-elsewhere");
  await page.getByRole("list", { name: "Other services" }).getByText("signs in here").waitFor();
  await press(kim, "Set up a second factor");
  const secret = (await page.locator("code.secret").textContent()) ?? "";
  const codeAt = (steps: number) =>
    new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
  await page.getByLabel("Code of your second factor").fill(codeAt(0));
  await press(kim, "Confirm");
  await page.getByRole("list", { name: "Recovery codes" }).waitFor();

  await signsOut(kim);
  await page.getByRole("link", { name: "Sign in with Elsewhere" }).click();
  // The other service knows them still.
  await page.getByLabel("Code of your second factor").fill(codeAt(1));
  await shows(kim, "elsewhere-code");
  await press(kim, "Sign in");
  await isIn(kim);
  // That step was for this one time.
  await press(kim, "Sign out");
  await page.getByLabel("Password").waitFor();
});

/** The other service's pages: who it is, and that they agree. */
async function signsInThere({ page }: Person, login: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
