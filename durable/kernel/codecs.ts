import { cbor } from "../../schema/cbor.ts";
import type { Codec, Encoding } from "../../schema/encodings.ts";
import { json } from "../../schema/encodings.ts";

/** Every encoding that is spoken here. */
export const codecs: Readonly<Record<Encoding, Codec>> = { json, cbor };
