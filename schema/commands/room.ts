import * as v from "valibot";
import { UserIdSchema } from "../ids.ts";
import { limits } from "../limits.ts";
import {
  DescriptionSchema,
  GuidelinesSchema,
  roomChange,
  RoomNameSchema,
  TopicSchema,
} from "../room.ts";
import { command } from "./command.ts";

/** A room of several, as whoever creates it describes it. The body of the HTTP route is made of the same. */
export const roomOfSeveral = {
  kind: v.picklist(["group", "channel"]),
  name: RoomNameSchema,
  topic: v.optional(TopicSchema, ""),
  description: v.optional(DescriptionSchema, ""),
  guidelines: v.optional(GuidelinesSchema, ""),
  members: v.optional(v.pipe(v.array(UserIdSchema), v.maxLength(limits.members_at_creation)), []),
};

export const CreateSchema = v.variant("kind", [
  command("create", { kind: v.literal("direct"), with: UserIdSchema }),
  command("create", roomOfSeveral),
]);
export const ChangeSchema = command("change", roomChange);
