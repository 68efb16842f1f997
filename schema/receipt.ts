import * as v from "valibot";
import { EventSchema } from "./events.ts";
import { HashSchema } from "./hash.ts";
import { EpochSchema, RoomIdSchema } from "./ids.ts";
import { SeqSchema } from "./position.ts";

/** The newest entry of a flush, signed by the deployment. It vouches for every entry before it. */
export const HeadSchema = v.object({
  room_id: RoomIdSchema,
  epoch: EpochSchema,
  seq: SeqSchema,
  hash: HashSchema,
  key_id: v.string(),
  /** Ed25519 over `headStatement`, in base64url. */
  signature: v.string(),
});
export type Head = v.InferOutput<typeof HeadSchema>;

/**
 * The acknowledgement of a committed command: its entry but for what it says, and the head that vouches for it.
 * Whoever holds it can work out the entry's hash anew. Where `head.seq` is `seq`, the signature covers this entry
 * itself; otherwise the entries between the two, which every member has, link them.
 */
export const ReceiptSchema = v.object({
  room_id: RoomIdSchema,
  epoch: EpochSchema,
  ...v.omit(EventSchema, ["body", "salt"]).entries,
  head: HeadSchema,
});
export type Receipt = v.InferOutput<typeof ReceiptSchema>;

/** A public key of the deployment, as `GET /v1/keys` lists them. Retired keys stay listed. */
export const PublicKeySchema = v.object({
  kty: v.literal("OKP"),
  crv: v.literal("Ed25519"),
  kid: v.string(),
  x: v.string(),
  use: v.literal("sig"),
});
export type PublicKey = v.InferOutput<typeof PublicKeySchema>;
