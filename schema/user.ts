import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line } from "./text.ts";

/** Names that speak for a room or for the deployment: nobody may be called so. */
export const reservedHandles: ReadonlySet<string> = new Set(
  "admin administrator all bot channel everyone guest here moderator owner quoth room root support system".split(
    " ",
  ),
);

/**
 * A handle is written in any script, in lower case. What cannot be seen or turns the line round is refused; that no
 * two look alike is decided where they are kept, by their skeletons.
 */
export const HandleSchema = v.pipe(
  v.string(),
  // Bounds the work of everything after.
  v.maxLength(limits.handle_characters_max * 4),
  v.check((text) => text.isWellFormed(), "not well-formed Unicode"),
  v.normalize("NFKC"),
  v.trim(),
  v.toLowerCase(),
  v.minLength(limits.handle_characters_min),
  v.maxLength(limits.handle_characters_max),
  v.regex(
    /^\p{L}[\p{L}\p{M}\p{Nd}._-]*$/u,
    "letters, digits, dot, dash and underscore, beginning with a letter",
  ),
  v.check((text) => !/\p{Default_Ignorable_Code_Point}/u.test(text), "invisible characters"),
  v.check((text) => !reservedHandles.has(text), "reserved"),
);
export const DisplayNameSchema = line(1, limits.name_characters);

/** Counted in characters as they are typed; any are allowed, and none is cut off. */
export const PasswordSchema = v.pipe(
  v.string(),
  v.minLength(limits.password_characters_min),
  v.maxLength(limits.password_characters_max),
);

/** An address as people type it; whether it is theirs is found out by writing to it. */
export const MailSchema = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(limits.mail_characters),
  v.email(),
);

export const PronounsSchema = line(0, limits.pronouns_characters);
export const FieldsSchema = v.pipe(
  v.array(
    v.strictObject({
      name: line(1, limits.field_name_characters),
      value: line(0, limits.field_value_characters),
    }),
  ),
  v.maxLength(limits.profile_fields),
);

/** What an account is: a person's, a guest's, a program's, or one whose person has gone. */
export const userKinds = ["person", "guest", "bot", "system", "gone"] as const;
export const UserKindSchema = v.picklist(userKinds);
export type UserKind = v.InferOutput<typeof UserKindSchema>;

/** What everyone who is signed in may know of a user. */
export const UserSchema = v.object({
  user_id: UserIdSchema,
  kind: UserKindSchema,
  handle: v.string(),
  display_name: v.string(),
  pronouns: v.string(),
  fields: v.array(v.object({ name: v.string(), value: v.string() })),
  /** The badge: given by who runs the deployment, never by oneself. */
  verified: v.boolean(),
  created_at: v.number(),
});
export type User = v.InferOutput<typeof UserSchema>;
