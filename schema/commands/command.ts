import * as v from "valibot";
import { CommandIdSchema } from "../ids.ts";

/**
 * What a client asks a room to do. Each command carries an id made by the client,
 * and causes at most one event, however often it is sent.
 */
export const command = <T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  v.strictObject({ type: v.literal(type), command_id: CommandIdSchema, ...entries });
