import * as v from "valibot";

/** How frames are written on a line. What they say is the same in each. */
export const encodings = ["json", "cbor"] as const;
export const EncodingSchema = v.picklist(encodings);
export type Encoding = v.InferOutput<typeof EncodingSchema>;

/** A frame as it goes over a line: text in JSON, bytes in CBOR. */
export type Written = string | Uint8Array;

export interface Codec {
  readonly encoding: Encoding;
  encode(frame: object): Written;
  /** The one value that is written there. Throws where there is none, something else beside it, or the other kind of data. */
  decode(data: string | ArrayBuffer): unknown;
}

export const json: Codec = {
  encoding: "json",
  encode: (frame) => JSON.stringify(frame),
  decode(data) {
    if (typeof data !== "string") throw new TypeError("bytes on a line of text");
    return JSON.parse(data);
  },
};

/** What is counted as the size of a frame: for text its length, which is known without looking at it. */
export const sizeOf = (data: Written | ArrayBuffer): number =>
  typeof data === "string" ? data.length : data.byteLength;
