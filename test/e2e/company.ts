import { afterAll, afterEach, beforeAll, expect, onTestFailed } from "vitest";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { Deployment } from "./deployment.ts";
import { Person, unexpected } from "./person.ts";

export interface Company {
  arrives(name: string, options?: BrowserContextOptions): Promise<Person>;
  registered(name: string, options?: { mail?: string }): Promise<Person>;
  /** The same person at another browser. */
  alsoAt(person: Person): Promise<Person>;
}

/**
 * People with a browser each, and a deployment for the file that asks. They go after each test, and their browsers
 * must have had nothing to complain of. Names are used once, so that no test finds what another has left.
 */
export function company(vars: Readonly<Record<string, string>> = {}): Company {
  let deployment: Deployment;
  let browser: Browser;
  let people: Person[] = [];
  beforeAll(async () => {
    [deployment, browser] = await Promise.all([Deployment.starts(vars), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await deployment?.ends();
  });
  afterEach(async () => {
    const complaints = people.flatMap((person) => person.complaints);
    await Promise.all(people.map((person) => person.leaves()));
    people = [];
    expect(unexpected(complaints)).toEqual([]);
  });

  async function arrives(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const person = await Person.arrives(browser, deployment.port, name, options);
    people.push(person);
    onTestFailed(() => person.shows());
    return person;
  }

  return {
    arrives,
    async registered(name, options = {}) {
      const person = await arrives(name);
      await person.registers(options);
      return person;
    },
    async alsoAt({ name }) {
      const other = await arrives(name);
      await other.page.goto("/");
      await other.signsIn();
      await other.page.getByRole("heading", { name: "Rooms" }).waitFor();
      return other;
    },
  };
}
