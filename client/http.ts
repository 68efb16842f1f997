import * as v from "valibot";
import {
  CreatedRoomSchema,
  EventPageSchema,
  KeysSchema,
  MeSchema,
  MessagePageSchema,
  ProblemSchema,
  ReceiptAnswerSchema,
  RoomViewSchema,
  SessionSchema,
  TicketSchema,
  UsersSchema,
} from "../schema/http.ts";
import type { CommandId, RoomId, UserId } from "../schema/ids.ts";
import { refusal, type Refusal, type RefusalCode } from "../schema/refusals.ts";

interface Answer {
  readonly status: number;
  text(): Promise<string>;
}
interface Request {
  method: string;
  headers: Record<string, string>;
  body?: string;
}
/** The parts of the web's fetch that are used here. */
export type Fetch = (url: string, request: Request) => Promise<Answer>;

/** `unreachable`: no answer came. `bad_answer`: one came that the contract does not know. */
export type FailureCode = RefusalCode | "unreachable" | "bad_answer";

/** Why a call had no effect, as the contract says it: what to do next is in `code` and `retryable`. */
export class QuothError extends Error {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly request_id: string | null;
  readonly retry_after_ms: number | undefined;
  readonly field: string | undefined;

  constructor(
    code: FailureCode,
    text: string,
    more: Partial<Omit<QuothError, "code" | keyof Error>> = {},
  ) {
    super(text);
    this.name = "QuothError";
    this.code = code;
    this.retryable = more.retryable ?? false;
    this.request_id = more.request_id ?? null;
    this.retry_after_ms = more.retry_after_ms;
    this.field = more.field;
  }

  static from({ code, text, ...more }: Refusal): QuothError {
    return new QuothError(code, text, { ...more, request_id: null });
  }
}

export interface HttpDeps {
  /** The deployment's origin, without a slash at its end. */
  url: string;
  fetch: Fetch;
  token(): string | null;
}

export type NewRoom =
  | { kind: "direct"; with: UserId }
  | { kind: "group" | "channel"; name: string; topic?: string; members?: readonly UserId[] };

export type Http = ReturnType<typeof createHttp>;

/** The HTTP routes as typed calls. Each gives what its schema promises, or throws a QuothError. */
export function createHttp(deps: HttpDeps) {
  const get = <S extends AnySchema>(path: string, schema: S) =>
    call(deps, schema, { method: "GET", path });
  const post = <S extends AnySchema>(
    path: string,
    schema: S,
    body?: unknown,
    command_id?: CommandId,
  ) => call(deps, schema, { method: "POST", path, body, command_id });

  return {
    register: (body: { handle: string; password: string; display_name?: string }) =>
      post("/v1/auth/register", SessionSchema, body),
    login: (body: { handle: string; password: string }) =>
      post("/v1/auth/login", SessionSchema, body),
    logout: () => post("/v1/auth/logout", v.unknown()),
    me: () => get("/v1/me", MeSchema),
    users: (ids: readonly UserId[]) =>
      get(`/v1/users?ids=${ids.map(encodeURIComponent).join(",")}`, UsersSchema),
    usersByHandle: (handle: string) =>
      get(`/v1/users?handle=${encodeURIComponent(handle)}`, UsersSchema),
    ticket: (room_id: RoomId) => post("/v1/tickets", TicketSchema, { room_id }),
    keys: () => get("/v1/keys", KeysSchema),

    createRoom: (room: NewRoom, command_id: CommandId) =>
      post("/v1/rooms", CreatedRoomSchema, room, command_id),
    room: (room_id: RoomId) => get(`/v1/rooms/${room_id}`, RoomViewSchema),
    join: (room_id: RoomId, command_id: CommandId) =>
      post(`/v1/rooms/${room_id}/join`, ReceiptAnswerSchema, undefined, command_id),
    addMember: (room_id: RoomId, user_id: UserId, command_id: CommandId) =>
      post(`/v1/rooms/${room_id}/members`, ReceiptAnswerSchema, { user_id }, command_id),
    messages: (room_id: RoomId, before: number, limit: number) =>
      get(`/v1/rooms/${room_id}/messages?before=${before}&limit=${limit}`, MessagePageSchema),
    events: (room_id: RoomId, after: number, limit: number) =>
      get(`/v1/rooms/${room_id}/events?after=${after}&limit=${limit}`, EventPageSchema),
  };
}

type AnySchema = v.GenericSchema<unknown, unknown>;
interface Asked {
  method: "GET" | "POST";
  path: string;
  body?: unknown;
  command_id?: CommandId | undefined;
}

async function call<S extends AnySchema>(
  deps: HttpDeps,
  schema: S,
  { method, path, body, command_id }: Asked,
): Promise<v.InferOutput<S>> {
  const headers: Record<string, string> = { accept: "application/json" };
  const token = deps.token();
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  if (command_id !== undefined) headers["idempotency-key"] = command_id;
  const request: Request = { method, headers };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const { status, text } = await exchange(deps, path, request).catch((cause: unknown) => {
    throw new QuothError("unreachable", cause instanceof Error ? cause.message : "no answer", {
      retryable: true,
    });
  });
  const json = parse(text);
  if (status >= 400) throw problem(status, json);
  const parsed = v.safeParse(schema, json);
  if (!parsed.success)
    throw new QuothError("bad_answer", `${method} ${path}: not what the contract promises`);
  return parsed.output;
}

/** An answer that breaks off in its body is no answer. */
async function exchange(deps: HttpDeps, path: string, request: Request) {
  const answer = await deps.fetch(deps.url + path, request);
  return { status: answer.status, text: await answer.text() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An answer without a body (204) is read as null, as is one that is no JSON.
    return null;
  }
}

function problem(status: number, json: unknown): QuothError {
  const parsed = v.safeParse(ProblemSchema, json);
  if (parsed.success) return new QuothError(parsed.output.code, parsed.output.title, parsed.output);
  // Something between here and the Worker answered, and knows nothing of rooms: its 404 is not the Worker's.
  return QuothError.from(refusal(status === 401 ? "unauthenticated" : "unavailable"));
}
