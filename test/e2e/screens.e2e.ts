import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { Deployment } from "./deployment.ts";
import { Person, unexpected } from "./person.ts";

/** Where a person looks at what the page has become. */
const SHOTS = join(import.meta.dirname, "../../dist/shots");
const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const LEAST_TARGET_PX = 24;

let deployment: Deployment;
let browser: Browser;
let ada: Person;
let path: string;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  [deployment, browser] = await Promise.all([Deployment.starts(), launchBrowser()]);
  ada = await Person.arrives(browser, deployment.port, "Ada", desktop);
  const bo = await Person.arrives(browser, deployment.port, "Bo", phone);
  await Promise.all([ada.registers(), bo.registers()]);
  path = await ada.createsChannel("Afternoon tea");
  await bo.opens(path);
  await ada.writes("Good afternoon. Is the kettle on?", "I brought the lemon cake.");
  await bo.sees("I brought the lemon cake.");
  const long =
    "A longer one: the words keep their measure beside the numbers, and break where they must, even";
  await bo.writes(
    "It is. Two minutes.",
    `${long} ${"where-a-word-has-no-end".repeat(4)}.`,
    "下午好 · مساء الخير · 🫖",
  );
  await ada.sees("It is. Two minutes.");
  await bo.leaves();
});
afterAll(async () => {
  await browser?.close();
  await deployment?.ends();
});

const views: [string, (page: Page) => Promise<void>][] = [
  ["sign-in", async (page) => page.getByRole("heading", { name: "Sign in" }).waitFor()],
  [
    "register",
    async (page) => {
      await page.getByRole("button", { name: "Register", exact: true }).click();
      await page.getByRole("heading", { name: "Register" }).waitFor();
    },
  ],
  ["forgot", async (page) => page.getByRole("heading", { name: "A new password" }).waitFor()],
  ["rooms", async (page) => page.getByRole("heading", { name: "Rooms" }).waitFor()],
  ["room", async (page) => page.getByText("It is. Two minutes.").waitFor()],
  [
    "proof",
    async (page) => {
      await page.getByRole("button", { name: /^Complete through/ }).click();
      await page.getByRole("button", { name: "Check from the first entry" }).click();
      await page.getByText("from the very first entry").waitFor();
    },
  ],
  [
    "people",
    async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "2 people" }).click();
      await page.getByText("@bo").waitFor();
    },
  ],
  [
    "account",
    async (page) => {
      await page.getByRole("button", { name: "Set up a second factor" }).click();
      await page.getByRole("img", { name: "The secret as a QR code" }).waitFor();
      await page.getByRole("heading", { name: "Status" }).waitFor();
    },
  ],
  [
    "contacts",
    async (page) => {
      await page.getByRole("heading", { name: "Contacts", level: 1 }).waitFor();
      await page.getByRole("button", { name: "Make a link" }).click();
      await page.getByRole("status").getByText("The link is shown once").waitFor();
    },
  ],
  ["docs", async (page) => page.getByRole("heading", { name: "messages", exact: true }).waitFor()],
];
const addresses: Record<string, () => string> = {
  "sign-in": () => "/",
  forgot: () => "/forgot",
  account: () => "/account",
  contacts: () => "/contacts",
  room: () => path,
  docs: () => "/docs",
};

const looks: [string, BrowserContextOptions][] = [
  ["light", { ...desktop, colorScheme: "light" }],
  ["dark", { ...desktop, colorScheme: "dark" }],
  ["phone", { ...phone, colorScheme: "light" }],
  ["phone-dark", { ...phone, colorScheme: "dark" }],
];

test.each(looks)(
  "WEB-10: every view fits, with targets large enough: %s",
  async (look, options) => {
    const person = await Person.arrives(browser, deployment.port, "Ada", {
      ...options,
      reducedMotion: "reduce",
    });
    onTestFailed(() => person.shows());
    for (const [view, reach] of views) {
      if (view === "rooms") {
        await person.page.goto("/");
        await person.signsIn();
      } else if (addresses[view] !== undefined) await person.page.goto(addresses[view]());
      await reach(person.page);
      await person.page.screenshot({ path: join(SHOTS, `${view}-${look}.png`), fullPage: true });
      expect(await tooWide(person.page), `${view} is wider than the screen`).toBeLessThanOrEqual(0);
      expect(await tooSmall(person.page), `small targets in ${view}`).toEqual([]);
    }
    expect(unexpected(person.complaints)).toEqual([]);
    await person.leaves();
  },
);

const tooWide = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** Links in a line of text may be as high as the line. */
function tooSmall(page: Page): Promise<string[]> {
  return page
    .locator("button:visible, input:visible, textarea:visible, summary:visible")
    .evaluateAll(
      (targets, least) =>
        targets
          // Out of sight until the message is touched.
          .filter(
            (target) => target.closest(".message:not(:focus-within, :hover) > .actions") === null,
          )
          .filter((target) => {
            const { width, height } = target.getBoundingClientRect();
            return width < least || height < least;
          })
          .map((target) => target.outerHTML.slice(0, 80)),
      LEAST_TARGET_PX,
    );
}
