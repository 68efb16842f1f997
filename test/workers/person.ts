import * as v from "valibot";
import type { Problem, ReceiptAnswer, Session } from "../../schema/http.ts";
import {
  CreatedRoomSchema,
  ProblemSchema,
  ReceiptAnswerSchema,
  SessionSchema,
  TicketSchema,
} from "../../schema/http.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { subprotocol, TICKET_PROTOCOL_PREFIX } from "../../schema/version.ts";

/** Requests as a client makes them, and people who make them. */
export interface Ask {
  method?: string;
  /** Sent as JSON, unless it is text, which goes as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

export async function ask(
  origin: string,
  path: string,
  { method = "GET", body, headers = {} }: Ask = {},
): Promise<Reply> {
  const content = body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(origin + path, {
    method,
    headers: { ...content, ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : null,
  };
}

/** The refusal in an answer, in the contract's own shape or not at all. */
export function problemOf(reply: Reply): Problem {
  return v.parse(ProblemSchema, reply.json);
}

export const PASSWORD = "correct horse battery";

export interface Person {
  readonly handle: string;
  readonly user_id: UserId;
  readonly session: Session;
  asks(path: string, request?: Ask): Promise<Reply>;
  /** With the page's cookie in place of a bearer token. */
  asksByCookie(path: string, request?: Ask): Promise<Reply>;
  creates(body: object, key?: string): Promise<RoomId>;
  sends(room_id: RoomId, text: string, key?: string): Promise<ReceiptAnswer>;
  ticket(room_id: RoomId, headers?: Record<string, string>): Promise<string>;
}

export async function signUp(origin: string, handle: string): Promise<Person> {
  const registered = await ask(origin, "/v1/auth/register", {
    method: "POST",
    body: { handle, password: PASSWORD },
  });
  return personOf(origin, handle, v.parse(SessionSchema, registered.json));
}

export function personOf(origin: string, handle: string, session: Session): Person {
  const { access_token, user } = session;
  const withHeader =
    (name: string, value: string) =>
    (path: string, request: Ask = {}) =>
      ask(origin, path, { ...request, headers: { [name]: value, ...request.headers } });
  const asks = withHeader("authorization", `Bearer ${access_token}`);
  const keyed = (key: string | undefined) => (key === undefined ? {} : { "idempotency-key": key });
  return {
    handle,
    user_id: user.user_id,
    session,
    asks,
    asksByCookie: withHeader("cookie", `__Host-quoth_session=${access_token}`),
    async creates(body, key) {
      const created = await asks("/v1/rooms", { method: "POST", body, headers: keyed(key) });
      return v.parse(CreatedRoomSchema, created.json).room_id;
    },
    async sends(room_id, text, key) {
      const request = { method: "POST", body: { text }, headers: keyed(key) };
      return v.parse(
        ReceiptAnswerSchema,
        (await asks(`/v1/rooms/${room_id}/messages`, request)).json,
      );
    },
    async ticket(room_id, headers = {}) {
      const reply = await asks("/v1/tickets", { method: "POST", body: { room_id }, headers });
      return v.parse(TicketSchema, reply.json).ticket;
    },
  };
}

export const ticketProtocols = (ticket: string) => [
  subprotocol(1),
  `${TICKET_PROTOCOL_PREFIX}${ticket}`,
];
