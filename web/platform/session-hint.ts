import type { SessionHint } from "../models/session.ts";
import { readStored, writeStored } from "./stored.ts";

const KEY = "quoth.session";

/** The cookie itself cannot be seen from here. This only spares strangers a refused request. */
export const sessionHint: SessionHint = {
  read() {
    const stored = readStored(KEY);
    return stored === undefined ? null : stored === "likely";
  },
  write: (likely) => writeStored(KEY, likely ? "likely" : "none"),
};
