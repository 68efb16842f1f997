import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from "@simplewebauthn/server";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";
import { fromBase64Url, toBase64Url } from "../../schema/chain.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";

/**
 * What is asked of an authenticator, and whether its answer holds: WebAuthn, by `@simplewebauthn/server`. A passkey is
 * found by the device itself, without a handle, and made only by one that checks its owner: so it is both factors.
 */
export interface Site {
  own_origin: string;
  /** What people read where their browser offers the passkey. */
  name: string;
}

export interface NewPasskey {
  passkey_id: string;
  public_key: string;
  counter: number;
  transports: string[];
  synced: boolean;
}

export interface StoredPasskey {
  passkey_id: string;
  user_id: UserId;
  public_key: string;
}

export type Options = Record<string, unknown>;
/** As the browser's library gives it; nothing of it is believed before it was verified. */
export type Answer = { id: string } & Record<string, unknown>;

const EDDSA = -8;
const ES256 = -7;
const RS256 = -257;
const algorithms = [EDDSA, ES256, RS256];

interface CreationAsked {
  challenge_id: string;
  user_id: UserId;
  handle: string;
  display_name: string;
  /** What this person has already: no second one on the same device. */
  existing: readonly string[];
}

export async function creationOptions(site: Site, asked: CreationAsked): Promise<Options> {
  const options = await generateRegistrationOptions({
    rpName: site.name,
    rpID: hostOf(site),
    userID: Uint8Array.from(new TextEncoder().encode(asked.user_id)),
    userName: asked.handle,
    userDisplayName: asked.display_name,
    challenge: fromBase64Url(asked.challenge_id),
    timeout: limits.challenge_ms,
    attestationType: "none",
    excludeCredentials: asked.existing.map((id) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: algorithms,
  });
  return { ...options };
}

export async function assertionOptions(site: Site, challenge_id: string): Promise<Options> {
  const options = await generateAuthenticationOptions({
    rpID: hostOf(site),
    challenge: fromBase64Url(challenge_id),
    timeout: limits.challenge_ms,
    userVerification: "required",
  });
  return { ...options };
}

/** The passkey that an answer makes; null for every reason for which it makes none. */
export async function createdPasskey(
  site: Site,
  challenge_id: string,
  answer: Answer,
): Promise<NewPasskey | null> {
  try {
    const response = answer as unknown as RegistrationResponseJSON;
    if (!isUnattested(response.response.attestationObject)) return null;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge_id,
      expectedOrigin: site.own_origin,
      expectedRPID: hostOf(site),
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!verified) return null;
    const { credential, credentialBackedUp } = registrationInfo;
    if (credential.id !== answer.id) return null;
    return {
      passkey_id: credential.id,
      public_key: toBase64Url(credential.publicKey),
      counter: credential.counter,
      transports: knownTransports(credential.transports),
      synced: credentialBackedUp,
    };
  } catch {
    // The library throws for whatever is not as it must be, and its sentences repeat what was sent.
    return null;
  }
}

/** The counter that a right answer brings; null for every reason for which it is not right. */
export async function assertedCounter(
  site: Site,
  challenge_id: string,
  { answer, passkey }: { answer: Answer; passkey: StoredPasskey },
): Promise<number | null> {
  try {
    const response = answer as unknown as AuthenticationResponseJSON;
    const owner = response.response.userHandle;
    if (owner && owner !== isoBase64URL.fromUTF8String(passkey.user_id)) return null;
    const credential: WebAuthnCredential = {
      id: passkey.passkey_id,
      publicKey: fromBase64Url(passkey.public_key),
      // Below every counter: whether it moved on is decided where it is kept, after the signature was found right.
      counter: -1,
    };
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      credential,
      expectedChallenge: challenge_id,
      expectedOrigin: site.own_origin,
      expectedRPID: hostOf(site),
      requireUserVerification: true,
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    return null;
  }
}

const hostOf = ({ own_origin }: Site) => new URL(own_origin).hostname;

/**
 * None was asked for, so only an answer without one, or one by the new key itself, is as it must be. To check a chain
 * of certificates would also mean to ask the addresses that a stranger wrote into them.
 */
function isUnattested(attestation_object: string): boolean {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestation_object));
  const format = decoded.get("fmt");
  if (format === "none") return true;
  return format === "packed" && decoded.get("attStmt").get("x5c") === undefined;
}

const TRANSPORTS = new Set(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]);

function knownTransports(transports: readonly string[] | undefined): string[] {
  return [...new Set(transports)].filter((name) => TRANSPORTS.has(name));
}
