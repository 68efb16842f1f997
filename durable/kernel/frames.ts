import * as v from "valibot";
import type { Codec } from "../../schema/encodings.ts";
import { limits } from "../../schema/limits.ts";
import type { Refusal, RefusalCode } from "../../schema/refusals.ts";
import { refusal } from "../../schema/refusals.ts";
import { TEXT_TOO_LONG, utf8Bytes } from "../../schema/text.ts";

/** What could be read of a frame that is refused, so that the answer can say what it answers. */
export interface Unread {
  refusal: Refusal;
  command_id?: string;
  ref?: string;
}

export type Decoded<T> = { ok: true; frame: T } | ({ ok: false } & Unread);

/** What came to a frame: size, encoding, depth, a known type, the schema; each with its own refusal. */
export function decode<S extends v.GenericSchema>(
  data: string | ArrayBuffer,
  codec: Codec,
  schema: S,
  types: ReadonlySet<string>,
): Decoded<v.InferOutput<S>> {
  const bytes = typeof data === "string" ? utf8Bytes(data, limits.frame_bytes) : data.byteLength;
  if (bytes > limits.frame_bytes) return unread("too_large");
  const value = read(data, codec);
  if (!isRecord(value) || typeof value["type"] !== "string") return unread("bad_frame");
  if (!types.has(value["type"])) return unread("unknown_command", value);
  return check(value, schema);
}

/** A value to a frame: for what does not come as bytes. */
export function check<S extends v.GenericSchema>(
  value: unknown,
  schema: S,
): Decoded<v.InferOutput<S>> {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return { ok: true, frame: parsed.output };
  const issue = parsed.issues[0];
  if (issue.message === TEXT_TOO_LONG) return unread("text_too_long", value);
  const field = v.getDotPath(issue);
  return unread("invalid", value, field === null ? {} : { field });
}

function read(data: string | ArrayBuffer, codec: Codec): unknown {
  try {
    const value = codec.decode(data);
    return isShallow(value, limits.frame_depth) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Before anything else looks at it: what comes after may go down into a value without counting. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

function unread(
  code: RefusalCode,
  value?: unknown,
  more: { field?: string } = {},
): { ok: false } & Unread {
  const answer: { ok: false } & Unread = { ok: false, refusal: refusal(code, more) };
  if (!isRecord(value)) return answer;
  const { command_id, ref } = value;
  if (isShort(command_id)) answer.command_id = command_id;
  if (isShort(ref)) answer.ref = ref;
  return answer;
}

const isShort = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 64;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
