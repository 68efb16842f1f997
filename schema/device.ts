import * as v from "valibot";
import { DeviceIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line } from "./text.ts";

export const DeviceNameSchema = line(1, limits.device_name_characters);

/** How the person proved who they are when this device signed in. */
export const signInMethods = ["password", "passkey", "oidc", "invitation", "recovery"] as const;
export const SignInMethodSchema = v.picklist(signInMethods);
export type SignInMethod = v.InferOutput<typeof SignInMethodSchema>;

/** One signed-in client of a user, as its owner sees it. */
export const DeviceSchema = v.object({
  device_id: DeviceIdSchema,
  /** What it calls itself: a browser and its system, or what its owner called it. */
  name: v.string(),
  /** About where it last was, as far as the edge knows: a city and a country, or nothing. */
  place: v.string(),
  method: SignInMethodSchema,
  created_at: v.number(),
  last_seen_at: v.number(),
});
export type Device = v.InferOutput<typeof DeviceSchema>;

/** What a token of one's own may do. `read` is every route that changes nothing. */
export const scopes = ["read", "write", "account"] as const;
export const ScopeSchema = v.picklist(scopes);
export type Scope = v.InferOutput<typeof ScopeSchema>;

/** A token for a program, without its secret, which is shown once. */
export const ApiTokenSchema = v.object({
  /** It is a device of its own, so it can be listed and revoked as one. */
  device_id: DeviceIdSchema,
  name: v.string(),
  /** How the token begins, to be recognised by. */
  prefix: v.string(),
  scopes: v.array(ScopeSchema),
  created_at: v.number(),
  expires_at: v.number(),
  last_used_at: v.nullable(v.number()),
});
export type ApiToken = v.InferOutput<typeof ApiTokenSchema>;
