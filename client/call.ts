import * as v from "valibot";
import { ProblemSchema } from "../schema/http.ts";
import type { CommandId } from "../schema/ids.ts";
import { refusal } from "../schema/refusals.ts";
import { failedAs, QuothError } from "./failure.ts";

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

export interface CallDeps {
  /** The deployment's origin, without a slash at its end. */
  url: string;
  fetch: Fetch;
  /** What the request is signed with; null where a cookie speaks, or nobody. */
  token(): string | null | Promise<string | null>;
  /** What can be done where the session that a request was made with holds no more. */
  session?: Renewing;
}

export interface Renewing {
  /** Which session it is by now; a request names the one that it was made with. */
  generation(): number;
  /** True where there is a newer session than that: then the same request is made once again. */
  renew(than: number): Promise<boolean>;
}

export interface Asked<T> {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  command_id?: CommandId | undefined;
  /** What the answer is, or null where it is not what the contract promises. */
  read: Read<T>;
}
export type Read<T> = (json: unknown) => T | null;
export type Call = <T>(asked: Asked<T>) => Promise<T>;

/** An answer that is checked to the last field. */
export const as =
  <S extends v.GenericSchema<unknown, unknown>>(schema: S): Read<v.InferOutput<S>> =>
  (json) => {
    const parsed = v.safeParse(schema, json);
    return parsed.success ? parsed.output : null;
  };

/** An answer of our own account, of which it is enough that it has these fields: no schema is carried for it. */
export const having =
  <T>(...fields: (keyof T & string)[]): Read<T> =>
  (json) =>
    typeof json === "object" && json !== null && fields.every((field) => field in json)
      ? (json as T)
      : null;

export const nothing: Read<true> = () => true;

/** One request and its answer. Gives what its contract promises, or throws a QuothError. */
export function createCall(deps: CallDeps): Call {
  return async (asked) => {
    const token = await deps.token();
    const { session } = deps;
    if (session === undefined) return once(deps, asked, token);
    const generation = session.generation();
    try {
      return await once(deps, asked, token);
    } catch (error) {
      if (!failedAs(error, "unauthenticated") || !(await session.renew(generation))) throw error;
      return once(deps, asked, await deps.token());
    }
  };
}

async function once<T>(deps: CallDeps, asked: Asked<T>, token: string | null): Promise<T> {
  const { method = "GET", path, body, command_id, read } = asked;
  const headers: Record<string, string> = { accept: "application/json" };
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
  const answer = read(json);
  if (answer === null)
    throw new QuothError("bad_answer", `${method} ${path}: not what the contract promises`);
  return answer;
}

/** An answer that breaks off in its body is no answer. */
async function exchange(deps: CallDeps, path: string, request: Request) {
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
