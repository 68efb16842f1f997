/** Cookies of ours: no script reads them, no other host sets them, and no other site's request brings them along. */
export function cookieOf(request: Request, name: string): string | null {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const pair = pairs.find((text) => text.startsWith(`${name}=`));
  return pair === undefined ? null : pair.slice(name.length + 1) || null;
}

/** The prefix of the names, `__Host-`, makes the browser insist on Secure, Path=/ and no Domain. */
export function cookie(
  name: string,
  value: string,
  max_age_ms: number,
  same_site: "Strict" | "Lax" = "Strict",
): string {
  const seconds = Math.floor(max_age_ms / 1000);
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=${same_site}`;
}

/** What of Elysia's `set` takes cookies: a list, since a session has several. */
export interface CookieJar {
  headers: { "set-cookie"?: string | string[]; "content-type"?: string };
}

export function setCookies(set: CookieJar, cookies: readonly string[]): void {
  const before = [set.headers["set-cookie"] ?? []].flat();
  set.headers["set-cookie"] = [...before, ...cookies];
  // With a list of cookies Elysia (1.4) loses the type that it would have given the answer. A problem brings its own.
  set.headers["content-type"] ??= "application/json";
}
