/**
 * Frames in bytes, for whoever asks: `createClient({ codec: cbor })`. It is a module of its own, so that who speaks
 * JSON does not load it.
 */
export { cbor } from "../schema/cbor.ts";
