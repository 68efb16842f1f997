import type { Written } from "../../schema/encodings.ts";

/** A frame as it comes out of the network: text, or bytes in a buffer of their own. */
export const asReceived = (data: Written): string | ArrayBuffer =>
  typeof data === "string" ? data : new Uint8Array(data).buffer;
