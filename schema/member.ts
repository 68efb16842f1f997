import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { RoleSchema } from "./permissions.ts";
import { SeqSchema } from "./position.ts";

export const MemberSchema = v.object({
  user_id: UserIdSchema,
  role: RoleSchema,
  joined_at: v.number(),
  joined_seq: SeqSchema,
  /** Until then they only read; null where they may write. */
  muted_until: v.nullable(v.number()),
});
export type Member = v.InferOutput<typeof MemberSchema>;
