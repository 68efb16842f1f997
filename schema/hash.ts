import * as v from "valibot";

/** SHA-256 in base64url. */
export const HashSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
