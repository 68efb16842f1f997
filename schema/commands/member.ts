import * as v from "valibot";
import { UserIdSchema } from "../ids.ts";
import { RoleSchema } from "../permissions.ts";
import { command } from "./command.ts";

const user_id = UserIdSchema;

export const AddSchema = command("add", { user_id });
export const JoinSchema = command("join", {});
export const LeaveSchema = command("leave", {});
export const RemoveSchema = command("remove", { user_id });
export const roleEntries = { role: RoleSchema };
export const RoleCommandSchema = command("role", { user_id, ...roleEntries });
/** Until a time in milliseconds; null ends it. */
export const muteEntries = {
  muted_until: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
};
export const MuteSchema = command("mute", { user_id, ...muteEntries });
