/** Somebody in a browser without scripts: goes from page to page, keeps cookies by host, and fills in forms. */
export interface Stop {
  status: number;
  url: URL;
  location: string | null;
  text: string;
  set_cookies: string[];
}

export class Wanderer {
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #headers: Record<string, string>;

  constructor(headers: Record<string, string> = {}) {
    this.#headers = headers;
  }

  cookies(origin: string): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }

  /** One request, and no further. */
  async visits(
    href: string | URL,
    {
      form,
      headers = {},
    }: { form?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Stop> {
    const url = new URL(href);
    const jar = this.cookies(url.origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { ...this.#headers, ...headers, ...(cookie === "" ? {} : { cookie }) },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    const set_cookies = response.headers.getSetCookie();
    for (const line of set_cookies) keep(jar, line);
    const location = response.headers.get("location");
    return { status: response.status, url, location, text: await response.text(), set_cookies };
  }

  /** Goes on wherever it is sent, until a page, or until the next address would be one of `until`. */
  async follows(stop: Stop, until: string): Promise<Stop> {
    let at = stop;
    while (at.location !== null) {
      const next = new URL(at.location, at.url);
      if (next.href.startsWith(until)) return at;
      at = await this.visits(next);
    }
    return at;
  }

  /** Signs in at the other service and agrees to everything, to where it would send them back. */
  async signsInThere(authorization: string, login: string, callback: string): Promise<URL> {
    let at = await this.follows(await this.visits(authorization), callback);
    while (at.location === null) {
      const [, action = ""] = /<form[^>]*action="([^"]+)"/.exec(at.text) ?? [];
      const [, prompt = ""] = /name="prompt" value="(\w+)"/.exec(at.text) ?? [];
      if (prompt === "") throw new Error(`no form at ${at.url.pathname}: ${at.status}`);
      const form = { prompt, ...(prompt === "login" ? { login, password: "any" } : {}) };
      at = await this.follows(await this.visits(new URL(action, at.url), { form }), callback);
    }
    return new URL(at.location, at.url);
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const isOver = attributes.some((text) => /^max-age=0$|^expires=.*1970/i.test(text));
  if (isOver || value === "") jar.delete(name);
  else jar.set(name, value);
}
