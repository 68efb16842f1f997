import * as v from "valibot";
import type { Session } from "../../schema/http-account.ts";
import type { Problem, ReceiptAnswer } from "../../schema/http.ts";
import { SessionSchema } from "../../schema/http-account.ts";
import {
  CreatedRoomSchema,
  ProblemSchema,
  ReceiptAnswerSchema,
  TicketSchema,
} from "../../schema/http.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, newId } from "../../schema/ids.ts";
import { subprotocol, TICKET_PROTOCOL_PREFIX, wire } from "../../schema/version.ts";
import { requireDocumented } from "./documented.ts";

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
  const json: unknown = isJson && text !== "" ? JSON.parse(text) : null;
  if (response.status >= 400) requireDocumented({ method, path }, json);
  return { status: response.status, headers: response.headers, text, json };
}

/** The refusal in an answer, in the contract's own shape or not at all. */
export function problemOf(reply: Reply): Problem {
  return v.parse(ProblemSchema, reply.json);
}

export const PASSWORD = "correct horse battery";

/** A name for where somebody is: each has an address of their own, so that nobody uses up another's tries. */
export function addressFor(name: string): string {
  const parts = [
    ...deriveId("address", name)
      .slice("address_".length)
      .matchAll(/[0-9a-f]{4}/g),
  ];
  return ["2001", "db8", ...parts.slice(0, 6).map(([part]) => part)].join(":");
}

/** The cookies that an answer sets, by name; one that it takes away is empty. */
export function cookiesOf(reply: Reply): Record<string, string> {
  const pairs = reply.headers.getSetCookie().map((line) => line.split(";", 1)[0] ?? "");
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

export const cookieHeader = (cookies: Record<string, string>) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

export interface Person {
  readonly handle: string;
  readonly user_id: UserId;
  readonly session: Session;
  readonly address: string;
  /** What a browser would have kept of signing up or in. */
  readonly cookies: Record<string, string>;
  asks(path: string, request?: Ask): Promise<Reply>;
  /** With the page's cookie in place of a bearer token. */
  asksByCookie(path: string, request?: Ask): Promise<Reply>;
  /** The same person on one more device: at most ten from one that is known. */
  signsIn(): Promise<Person>;
  creates(body: object, key?: string): Promise<RoomId>;
  sends(room_id: RoomId, text: string, key?: string): Promise<ReceiptAnswer>;
  ticket(room_id: RoomId | null, headers?: Record<string, string>): Promise<string>;
}

export async function signUp(origin: string, handle: string, more: object = {}): Promise<Person> {
  const registered = await ask(origin, "/v1/auth/register", {
    method: "POST",
    body: { handle, password: PASSWORD, ...more },
    headers: { "cf-connecting-ip": addressFor(handle) },
  });
  return personOf(origin, handle, registered);
}

const KNOWN_COOKIE = "__Host-quoth_known";

/** From a browser that knows its owner, so that a test may sign in as often as it likes. */
async function signInAgain({ handle, cookies }: Person, origin: string): Promise<Person> {
  const reply = await ask(origin, "/v1/auth/login", {
    method: "POST",
    body: { handle, password: PASSWORD },
    headers: {
      "cf-connecting-ip": addressFor(newId("address")),
      cookie: cookieHeader({ [KNOWN_COOKIE]: cookies[KNOWN_COOKIE] ?? "" }),
    },
  });
  return personOf(origin, handle, reply);
}

/** Who an answer signs in. */
export function personOf(origin: string, handle: string, reply: Reply): Person {
  const session = v.parse(SessionSchema, reply.json);
  const { access_token, user } = session;
  const address = addressFor(handle);
  const withHeader =
    (name: string, value: string) =>
    (path: string, request: Ask = {}) =>
      ask(origin, path, {
        ...request,
        headers: { "cf-connecting-ip": address, [name]: value, ...request.headers },
      });
  const asks = withHeader("authorization", `Bearer ${access_token}`);
  const keyed = (key: string | undefined) => (key === undefined ? {} : { "idempotency-key": key });
  const person: Person = {
    handle,
    user_id: user.user_id,
    session,
    address,
    cookies: cookiesOf(reply),
    asks,
    asksByCookie: withHeader("cookie", `__Host-quoth_session=${access_token}`),
    signsIn: () => signInAgain(person, origin),
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
  return person;
}

export const ticketProtocols = (ticket: string) => [
  subprotocol(wire.version),
  `${TICKET_PROTOCOL_PREFIX}${ticket}`,
];
