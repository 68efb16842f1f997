import * as v from "valibot";
import { PasskeyOptionsSchema } from "../../schema/http-account.ts";
import type { SoftPasskey, Twist } from "../support/authenticator.ts";
import { createsPasskey, signsWith } from "../support/authenticator.ts";
import type { Person, Reply } from "./person.ts";
import { addressFor, ask, personOf } from "./person.ts";

/** People with an authenticator, as their browser asks for them. */
export interface Asked {
  challenge: string;
  options: Record<string, unknown>;
}

export const optionsOf = (reply: Reply): Asked => v.parse(PasskeyOptionsSchema, reply.json);

const post = (origin: string, name: string, path: string, body?: object) =>
  ask(origin, path, {
    method: "POST",
    ...(body === undefined ? {} : { body }),
    headers: { "cf-connecting-ip": addressFor(name) },
  });

/** The first half of signing up. */
export const asksToJoin = (origin: string, handle: string, more: object = {}) =>
  post(origin, handle, "/v1/auth/passkeys/register/options", { handle, ...more });

/** The second half. */
export const joins = (origin: string, handle: string, challenge: string, credential: object) =>
  post(origin, handle, "/v1/auth/passkeys/register", { challenge, credential });

export async function signUpWithPasskey(
  origin: string,
  handle: string,
  more: object = {},
): Promise<{ person: Person; passkey: SoftPasskey; reply: Reply }> {
  const { challenge, options } = optionsOf(await asksToJoin(origin, handle, more));
  const { passkey, credential } = createsPasskey(origin, options);
  const reply = await joins(origin, handle, challenge, credential);
  return { person: personOf(origin, handle, reply), passkey, reply };
}

export const asksToSignIn = async (origin: string, name: string) =>
  optionsOf(await post(origin, name, "/v1/auth/passkeys/login/options"));

export const answers = (origin: string, name: string, challenge: string, credential: object) =>
  post(origin, name, "/v1/auth/passkeys/login", { challenge, credential });

/** Signs in as whoever the passkey belongs to; `name` is only where the request comes from. */
export async function signInWithPasskey(
  origin: string,
  name: string,
  passkey: SoftPasskey,
  twist: Twist = {},
): Promise<Reply> {
  const { challenge, options } = await asksToSignIn(origin, name);
  return answers(origin, name, challenge, signsWith(passkey, origin, options, twist));
}
