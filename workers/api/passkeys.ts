import { Elysia } from "elysia";
import { ownPasskeys } from "./own-passkeys.ts";
import { passkeySignIn } from "./passkey-sign-in.ts";

/** Passkeys: signing up and in with one, and those of one's own account. */
export const passkeys = new Elysia({ prefix: "/v1" }).use(passkeySignIn).use(ownPasskeys);
