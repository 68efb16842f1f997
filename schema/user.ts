import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line } from "./text.ts";

/** A handle is lower-case ASCII for now, so no two look alike. People choose their display name freely. */
export const HandleSchema = v.pipe(
  v.string(),
  v.maxLength(limits.handle_characters_max),
  v.trim(),
  v.toLowerCase(),
  v.minLength(limits.handle_characters_min),
  v.regex(
    /^[a-z][a-z0-9._-]*$/,
    "letters, digits, dot, dash and underscore, beginning with a letter",
  ),
);
export const DisplayNameSchema = line(1, limits.name_characters);

/** Counted in characters as they are typed; any are allowed, and none is cut off. */
export const PasswordSchema = v.pipe(
  v.string(),
  v.minLength(limits.password_characters_min),
  v.maxLength(limits.password_characters_max),
);

export const UserSchema = v.object({
  user_id: UserIdSchema,
  handle: v.string(),
  display_name: v.string(),
  created_at: v.number(),
});
export type User = v.InferOutput<typeof UserSchema>;
