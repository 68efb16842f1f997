import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";

/** `requested` was asked by oneself, `requests` by the other; who both asked are contacts. */
export const contactStates = ["requested", "requests", "contact"] as const;
export const ContactStateSchema = v.picklist(contactStates);
export type ContactState = v.InferOutput<typeof ContactStateSchema>;

export const ContactSchema = v.object({
  user_id: UserIdSchema,
  state: ContactStateSchema,
  since: v.number(),
});
export type Contact = v.InferOutput<typeof ContactSchema>;
