import * as v from "valibot";
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

/** Bytes to a frame: size, JSON, a known type, the schema; each with its own refusal. */
export function decode<S extends v.GenericSchema>(
  data: string | ArrayBuffer,
  schema: S,
  types: ReadonlySet<string>,
): Decoded<v.InferOutput<S>> {
  // Binary frames come with another subprotocol; in this one there are none.
  if (typeof data !== "string") return unread("bad_frame");
  if (utf8Bytes(data, limits.frame_bytes) > limits.frame_bytes) return unread("too_large");
  const value = parse(data);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
