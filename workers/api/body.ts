import type { GenericSchema } from "valibot";
import { limits } from "../../schema/limits.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { identityOf } from "./authenticate.ts";

/** How a route takes a JSON body. Elysia's own readers guess from the content type and know no limit. */
export const publicBody = <S extends GenericSchema>(body: S) => ({
  body,
  parse: ({ request }: { request: Request }) => readJson(request, contextOf(request).body_bytes),
});

/** A stranger's body is not read at all. */
export const signedInBody = <S extends GenericSchema>(body: S) => ({
  body,
  parse: async ({ request }: { request: Request }) => {
    await identityOf(request);
    return readJson(request, contextOf(request).body_bytes);
  },
});

/** A route that takes no body reads none. Without this Elysia would read whatever is sent, to whatever length. */
export const noBody = { parse: () => ({}) };

/** What a request says about its size; what it then sends is counted in `readJson`. */
export function refuseLargeBody(request: Request, max_bytes: number): void {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > max_bytes) refuse("too_large");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What a request's JSON may cost is bounded before it is read as JSON: its bytes, and beyond a frame's size its parts. A
 * long text is one string; as many bytes of empty lists would be more objects than a Worker's memory holds.
 */
export async function readJson(
  request: Request,
  max_bytes: number,
): Promise<Record<string, unknown>> {
  if (!isJson(request.headers.get("content-type"))) refuse("invalid", { field: "content-type" });
  const bytes = await readBytes(request.body, max_bytes);
  if (bytes.length > limits.frame_bytes && !hasFewParts(bytes)) refuse("too_large");
  const value = parseJson(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("bad_frame");
  return value as Record<string, unknown>;
}

function isJson(content_type: string | null): boolean {
  const [type = "", ...parameters] = (content_type ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  return (
    type === "application/json" &&
    parameters.every((text) => !text.startsWith("charset=") || /^charset="?utf-8"?$/.test(text))
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return refuse("bad_frame");
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** What begins an object or a list, or goes on with one. */
const parts: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x2c]);

function hasFewParts(bytes: Uint8Array): boolean {
  let is_text = false;
  let found = 0;
  for (let at = 0; at < bytes.length && found <= limits.large_body_parts; at += 1) {
    const byte = bytes[at] ?? 0;
    if (is_text && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) is_text = !is_text;
    else if (!is_text && parts.has(byte)) found += 1;
  }
  return found <= limits.large_body_parts;
}

/** Stops at the limit, whatever the request said about its length; the runtime discards what is left. */
export async function readBytes(
  stream: ReadableStream<Uint8Array> | null,
  max_bytes: number,
): Promise<Uint8Array> {
  if (!stream) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > max_bytes) {
      reader.releaseLock();
      refuse("too_large");
    }
    parts.push(part.value);
  }
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
