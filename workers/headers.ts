/**
 * Security headers. The page runs no script but its own files, asks nobody but its own origin, and cannot be framed;
 * an answer of the API is data, and nothing may be made of it.
 */
const EVERYWHERE: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
const HSTS = "max-age=31536000";

export function addSecurityHeaders(headers: Headers, url: URL): void {
  for (const [name, value] of Object.entries(EVERYWHERE)) headers.set(name, value);
  if (url.protocol === "https:") headers.set("strict-transport-security", HSTS);
}

export function addApiHeaders(headers: Headers): void {
  headers.set("content-security-policy", API_POLICY);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}

export function addPageHeaders(headers: Headers, url: URL): void {
  headers.set("content-security-policy", pagePolicy(url));
}

/** The socket's origin is named in full: not every browser takes 'self' to include it. */
export function pagePolicy({ protocol, host }: Pick<URL, "protocol" | "host">): string {
  const socket = `${protocol === "https:" ? "wss:" : "ws:"}//${host}`;
  return [
    "default-src 'self'",
    `connect-src 'self' ${socket}`,
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
