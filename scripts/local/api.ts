import * as v from "valibot";
import { type Http, QuothError, createHttp } from "../../client/http.ts";
import type { Session } from "../../schema/http-account.ts";
import { ReceiptAnswerSchema } from "../../schema/http.ts";
import { type RoomId, deriveId } from "../../schema/ids.ts";
import { PlainError, localPort } from "./paths.ts";

/** The server that a script talks to: the local one, unless its address is given. */
export const serverUrl = (): string =>
  (process.env.QUOTH_URL ?? `http://localhost:${localPort()}`).replace(/\/$/, "");

export interface Account {
  readonly handle: string;
  readonly display_name?: string;
  readonly password: string;
}

/** One person's calls, over the same public routes that everyone has. */
export interface SignedIn {
  readonly session: Session;
  readonly http: Http;
  /** A message under a key: the same key sends it once, however often it is tried. */
  send(room_id: RoomId, text: string, key: string): Promise<{ replayed: boolean }>;
}

export async function signIn(
  url: string,
  account: Account,
  options: { register: boolean },
): Promise<SignedIn> {
  const { handle, password, display_name = handle } = account;
  let token: string | null = null;
  const http = createHttp({
    url,
    fetch: (path, request) => fetch(path, request),
    token: () => token,
  });
  const session = await told(url, async () => {
    if (!options.register) return http.login({ handle, password });
    try {
      return await http.register({ handle, password, display_name });
    } catch (error) {
      if (error instanceof QuothError && error.code === "handle_taken")
        return http.login({ handle, password });
      throw error;
    }
  });
  token = session.access_token;
  const send: SignedIn["send"] = async (room_id, text, key) => {
    const response = await fetch(`${url}/v1/rooms/${room_id}/messages`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${session.access_token}`,
        "content-type": "application/json",
        "idempotency-key": deriveId("command", handle, key),
      },
      body: JSON.stringify({ text }),
    });
    if (!response.ok)
      throw new PlainError(`A message was refused: ${response.status} ${await response.text()}`);
    return v.parse(ReceiptAnswerSchema, await response.json());
  };
  return { session, http, send };
}

/** What a person can do about it, instead of a stack. */
export async function told<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof QuothError)) throw error;
    if (error.code === "unreachable")
      throw new PlainError(`Nothing answers at ${url}. Start it first: npm start`);
    const where = error.field === undefined ? "" : `, ${error.field}`;
    throw new PlainError(`${url} refused: ${error.message} (${error.code}${where})`);
  }
}
