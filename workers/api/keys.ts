import { Elysia } from "elysia";
import { KeysSchema } from "../../schema/http.ts";
import { contextOf } from "../context.ts";
import { publicKeys } from "../services/tokens.ts";
import { operation } from "./operation.ts";

const list = operation(
  "keys",
  "listKeys",
  "The public keys that receipts are signed with, retired ones too",
  {
    public: true,
  },
);

/** Keys change rarely, and an old answer does no harm: retired ones stay listed. */
const CACHE = "public, max-age=300";

export const keys = new Elysia({ prefix: "/v1/keys" }).get(
  "",
  ({ request, set }) => {
    set.headers["cache-control"] = CACHE;
    return { keys: publicKeys(contextOf(request).config.RECEIPT_KEYS) };
  },
  { ...list, response: { 200: KeysSchema } },
);
