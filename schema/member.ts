import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { RoleSchema } from "./permissions.ts";
import { SeqSchema } from "./position.ts";

export const MemberSchema = v.object({
  user_id: UserIdSchema,
  role: RoleSchema,
  joined_at: v.number(),
  joined_seq: SeqSchema,
});
export type Member = v.InferOutput<typeof MemberSchema>;
