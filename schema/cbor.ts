import { decode, encode, Token, Tokenizer, Type } from "cborg";
import type { Codec } from "./encodings.ts";
import { limits } from "./limits.ts";

/**
 * Frames in CBOR (RFC 8949), and of it only what JSON has too: a frame can be written in either and is the same.
 * The library is strict about most of it; what it lets pass is refused here, token by token and before it is built:
 * byte strings, text that is not UTF-8, and nesting that would use up the stack.
 */
const strict = {
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** Keeps a byte order mark, which is part of what somebody wrote, and puts nothing in the place of bad bytes. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const FIRST_OF_MARK = 0xef;
const REPLACEMENT = "\ufffd";
/** How long the head of an item is, by the five low bits of its first byte from 24 on. */
const headBytes = [2, 3, 5, 9];

const { string, array, map, bytes: byteString } = Type;

class FrameTokenizer extends Tokenizer {
  /** Items that the innermost open array or map still waits for, and those around it, each without the one inside. */
  #waiting = 1;
  readonly #around: number[] = [];

  override next(): Token {
    const from = this.pos();
    const token = super.next();
    while (this.#waiting === 0) this.#waiting = this.#around.pop() ?? 1;
    this.#waiting -= 1;
    const { type, value } = token;
    if (type === string) return this.#checked(token, from);
    if (type === array) this.#open(value);
    else if (type === map) this.#open(value * 2);
    else if (type === byteString) throw new TypeError("a byte string");
    return token;
  }

  #open(items: number): void {
    this.#around.push(this.#waiting);
    this.#waiting = items;
    if (this.#around.length > limits.frame_depth) throw new RangeError("nested too deeply");
  }

  /** The library's own reading stays where it cannot have changed anything, which is nearly always. */
  #checked(token: Token, from: number): Token {
    const start = from + (headBytes[((this.data[from] ?? 0) & 31) - 24] ?? 1);
    if (this.data[start] !== FIRST_OF_MARK && !token.value.includes(REPLACEMENT)) return token;
    const text = utf8.decode(this.data.subarray(start, this.pos()));
    return new Token(string, text, token.encodedLength);
  }
}

export const cbor: Codec = {
  encoding: "cbor",
  encode: (frame) => encode(frame, { ignoreUndefinedProperties: true }),
  decode(data) {
    if (typeof data === "string") throw new TypeError("text on a line of bytes");
    const bytes = new Uint8Array(data);
    return decode(bytes, { ...strict, tokenizer: new FrameTokenizer(bytes, strict) });
  },
};
