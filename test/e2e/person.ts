import { expect } from "vitest";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";
import { layWire, type Wire } from "./wire.ts";

const PASSWORD = "correct horse battery staple";
/** Whatever a test waits for is there within this time, on a busy machine too. */
export const PATIENCE_MS = 30_000;

let addresses = 0;
/** One of those that are kept for documentation. */
function nextAddress(): string {
  addresses += 1;
  return `198.51.100.${addresses % 250}`;
}

/** Someone with a browser of their own, and a line of their own to the server. */
export class Person {
  readonly name: string;
  readonly wire: Wire;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: errors, and what the content security policy stopped. */
  readonly complaints: string[] = [];

  private constructor(name: string, wire: Wire, context: BrowserContext, page: Page) {
    this.name = name;
    this.wire = wire;
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        this.complaints.push(message.text());
    });
  }

  static async arrives(
    browser: Browser,
    port: number,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const wire = await layWire(port);
    const context = await browser.newContext({
      baseURL: wire.url,
      locale: "en-GB",
      timezoneId: "UTC",
      // Registrations are limited for each address, and everyone here has one of their own.
      extraHTTPHeaders: { "cf-connecting-ip": nextAddress() },
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Person(name, wire, context, await context.newPage());
  }

  /** What a failed test leaves behind to look at. */
  async shows(): Promise<void> {
    await this.page.screenshot({ path: `dist/shots/failed-${this.handle}.png` }).catch(() => {});
    console.error(`${this.name} at ${this.page.url()}`, this.complaints);
  }

  get handle(): string {
    return this.name.toLowerCase();
  }

  get timeline(): Locator {
    return this.page.getByRole("region", { name: "Messages" });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  async registers(options: { mail?: string } = {}): Promise<void> {
    const { page } = this;
    await page.goto("/");
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await page.getByLabel("Handle").fill(this.handle);
    await page.getByLabel("Name that others see").fill(this.name);
    if (options.mail !== undefined) await page.getByLabel("Mail address").fill(options.mail);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await page.getByRole("heading", { name: "Rooms" }).waitFor();
  }

  async signsIn(password = PASSWORD): Promise<void> {
    await this.page.getByLabel("Handle").fill(this.handle);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /** Gives the path that others can open. */
  async createsChannel(name: string): Promise<string> {
    await this.page.getByLabel("Name").fill(name);
    await this.page.getByRole("button", { name: "Create" }).click();
    await this.page.getByRole("heading", { name }).waitFor();
    await this.composer.waitFor();
    return new URL(this.page.url()).pathname;
  }

  async opens(path: string): Promise<void> {
    await this.page.goto(path);
    await this.composer.waitFor();
  }

  async writes(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press("Enter");
    }
  }

  message(text: string): Locator {
    return this.timeline
      .getByRole("article")
      .filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async sees(text: string): Promise<void> {
    await this.message(text).first().waitFor();
  }

  /** The words of every message in the order of the screen, with what is not settled marked. */
  async reads(): Promise<string[]> {
    return this.timeline.getByRole("article").evaluateAll((articles) =>
      articles.map((article) => {
        const words = article.querySelector(".words, .tombstone");
        const state = article.classList.contains("sent")
          ? ""
          : ` (${article.classList.contains("failed") ? "failed" : "sending"})`;
        // As it looks: a line that breaks is a line feed, whatever it is made of.
        const said = words?.firstChild as { innerText?: string; textContent: string } | undefined;
        return `${said?.innerText ?? said?.textContent ?? ""}${state}`;
      }),
    );
  }

  /** Each message's number in the record. */
  async numbers(): Promise<number[]> {
    return (await this.timeline.locator(".number").allTextContents()).map(Number);
  }

  async completeThrough(): Promise<number> {
    const line = await this.page.getByRole("button", { name: /^Complete through #/ }).textContent();
    return Number(line?.replace(/\D/g, ""));
  }

  /** Waits until the screen says this, and nothing else. */
  async reaches(texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.reads(), { timeout: PATIENCE_MS, interval: 100 }).toEqual(texts);
  }

  async goesOffline(): Promise<void> {
    await this.context.setOffline(true);
    this.wire.cut();
  }

  async comesBack(): Promise<void> {
    this.wire.mend();
    await this.context.setOffline(false);
  }

  async leaves(): Promise<void> {
    await this.context.close();
    await this.wire.close();
  }
}

/** A line that is cut, and what is refused, on purpose make the browser say so; everything else is a fault of the page. */
export function unexpected(complaints: readonly string[]): string[] {
  return complaints.filter(
    (text) =>
      !/net::ERR_|WebSocket connection to .* failed|status of (401|404|409|410|422|429|503)/.test(
        text,
      ),
  );
}
