import type { KeyObject } from "node:crypto";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/**
 * An authenticator as a browser speaks for it, in software: it makes passkeys and signs with them. What a test says
 * otherwise (another origin, a counter that goes back) it puts into an answer that is right in everything else.
 */
export interface Twist {
  origin?: string;
  rp_id?: string;
  challenge?: string;
  type?: string;
  user_verified?: boolean;
  user_present?: boolean;
  counter?: number;
  user_handle?: string | null;
  /** The id that the answer names, in place of the passkey's own. */
  id?: string;
  /** Signs with this in place of the passkey's key. */
  key?: KeyObject;
  /** An attestation statement, with its format, in place of none. */
  attestation?: { fmt: string; statement: ReadonlyMap<string, unknown> };
  cross_origin_of?: string;
}

export interface SoftPasskey {
  readonly id: string;
  readonly user_handle: string;
  readonly key: KeyObject;
  counter: number;
}

interface Asked {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
}

const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

/** What `navigator.credentials.create` gives, as `@simplewebauthn/browser` sends it. */
export function createsPasskey(origin: string, options: object, twist: Twist = {}) {
  const asked = options as Asked;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const raw = randomBytes(32);
  const passkey: SoftPasskey = {
    id: base64url(raw),
    user_handle: asked.user!.id,
    key: privateKey,
    counter: 0,
  };
  const { x, y } = publicKey.export({ format: "jwk" });
  const cose = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x!, "base64url")],
    [-3, Buffer.from(y!, "base64url")],
  ]);
  const credential = Buffer.concat([Buffer.alloc(16), uint16(raw.length), raw, cbor(cose)]);
  const data = Buffer.concat([authenticatorData(asked, twist, ATTESTED), credential]);
  const { fmt, statement } = twist.attestation ?? { fmt: "none", statement: new Map() };
  const object = new Map<string, unknown>([
    ["fmt", fmt],
    ["attStmt", statement],
    ["authData", data],
  ]);
  const response = {
    clientDataJSON: clientData(origin, "webauthn.create", asked, twist),
    attestationObject: base64url(cbor(object)),
    transports: ["internal", "a transport of tomorrow"],
  };
  return { passkey, credential: credentialOf(twist.id ?? passkey.id, response) };
}

/** What `navigator.credentials.get` gives. Each signature moves the counter on. */
export function signsWith(
  passkey: SoftPasskey,
  origin: string,
  options: object,
  twist: Twist = {},
) {
  const asked = options as Asked;
  passkey.counter += 1;
  const data = authenticatorData(asked, { counter: passkey.counter, ...twist }, 0);
  const client = clientData(origin, "webauthn.get", asked, twist);
  const signed = Buffer.concat([data, sha256(Buffer.from(client, "base64url"))]);
  const handle = twist.user_handle === undefined ? passkey.user_handle : twist.user_handle;
  return credentialOf(twist.id ?? passkey.id, {
    clientDataJSON: client,
    authenticatorData: base64url(data),
    signature: base64url(sign("sha256", signed, twist.key ?? passkey.key)),
    ...(handle === null ? {} : { userHandle: handle }),
  });
}

const credentialOf = <R extends object>(id: string, response: R) => ({
  id,
  rawId: id,
  type: "public-key",
  clientExtensionResults: {},
  response,
});

function clientData(origin: string, type: string, asked: Asked, twist: Twist): string {
  const { cross_origin_of } = twist;
  const said = {
    type: twist.type ?? type,
    challenge: twist.challenge ?? asked.challenge,
    origin: twist.origin ?? origin,
    crossOrigin: cross_origin_of !== undefined,
    ...(cross_origin_of === undefined ? {} : { topOrigin: cross_origin_of }),
  };
  return base64url(Buffer.from(JSON.stringify(said)));
}

function authenticatorData(asked: Asked, twist: Twist, more_flags: number): Buffer {
  const { user_present = true, user_verified = true, counter = 0 } = twist;
  const flags = (user_present ? PRESENT : 0) | (user_verified ? VERIFIED : 0) | more_flags;
  const rp_id = twist.rp_id ?? asked.rpId ?? asked.rp?.id ?? "";
  return Buffer.concat([sha256(rp_id), Buffer.from([flags]), uint32(counter)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The part of CBOR that WebAuthn needs: whole numbers, bytes, text, lists and maps. */
export function cbor(value: unknown): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flat(1).map(cbor)]);
  throw new TypeError("nothing that WebAuthn says");
}

function head(major: number, length: number): Buffer {
  const kind = major << 5;
  if (length < 24) return Buffer.from([kind | length]);
  if (length < 256) return Buffer.from([kind | 24, length]);
  return Buffer.concat([Buffer.from([kind | 25]), uint16(length)]);
}
