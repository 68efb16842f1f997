import type { Credential, PasskeyOptions } from "../../client/account.ts";
import { t } from "../text.ts";

/** What can be said to a person about a passkey that did not come about. */
export class PasskeyProblem extends Error {}

/** The library is loaded by who uses a passkey, and by nobody else. */
const library = () => import("@simplewebauthn/browser");

export async function makePasskey({ options }: PasskeyOptions): Promise<Credential> {
  const { startRegistration } = await library();
  return spoken(startRegistration({ optionsJSON: options as never }));
}

export async function usePasskey({ options }: PasskeyOptions): Promise<Credential> {
  const { startAuthentication } = await library();
  return spoken(startAuthentication({ optionsJSON: options as never }));
}

async function spoken(asked: Promise<unknown>): Promise<Credential> {
  try {
    return (await asked) as Credential;
  } catch {
    // The browser says little of why, so that no page learns which keys somebody has.
    const known = "PublicKeyCredential" in globalThis;
    throw new PasskeyProblem(t(known ? "passkey.cancelled" : "passkey.unsupported"));
  }
}
