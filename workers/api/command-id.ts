import * as v from "valibot";
import type { CommandId, UserId } from "../../schema/ids.ts";
import { CommandIdSchema, deriveId, newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { refuse } from "../refused.ts";

const PRINTABLE = new RegExp(`^[\\x20-\\x7e]{1,${limits.idempotency_key_characters}}$`);

/**
 * The command that a request stands for. A client that speaks our ids brings one; any other key names the same
 * command whenever the same person brings it; and without one every request is a command of its own.
 */
export function commandIdOf(request: Request, user_id: UserId): CommandId {
  const key = request.headers.get("idempotency-key");
  if (key === null) return newId("command");
  if (v.is(CommandIdSchema, key)) return key;
  if (!PRINTABLE.test(key)) refuse("invalid", { field: "idempotency-key" });
  return deriveId("command", user_id, key);
}
