import type * as v from "valibot";
import type { LoginBodySchema, Me, RegisterBodySchema, Session } from "../schema/http-account.ts";
import {
  CreatedRoomSchema,
  EventPageSchema,
  KeysSchema,
  MessagePageSchema,
  ReceiptAnswerSchema,
  RoomViewSchema,
  TicketSchema,
  UsersSchema,
} from "../schema/http.ts";
import { SlashAnswerSchema, type SlashBodySchema } from "../schema/http-own.ts";
import type { CommandId, RoomId, UserId } from "../schema/ids.ts";
import { as, createCall, having, nothing, type Call, type CallDeps } from "./call.ts";

export type { Fetch } from "./call.ts";
export { QuothError, type FailureCode } from "./failure.ts";
export type HttpDeps = CallDeps;

export type NewRoom =
  | { kind: "direct"; with: UserId }
  | { kind: "group" | "channel"; name: string; topic?: string; members?: readonly UserId[] };
export type Registration = v.InferInput<typeof RegisterBodySchema>;
export type Login = v.InferInput<typeof LoginBodySchema>;

export type Http = ReturnType<typeof createRoutes>;

export const createHttp = (deps: HttpDeps): Http => createRoutes(createCall(deps));

export const session = having<Session>("user", "device_id", "access_token", "expires_at");

/** The HTTP routes as typed calls. Each gives what its schema promises, or throws a QuothError. */
export function createRoutes(call: Call) {
  return {
    register: (body: Registration) =>
      call({ method: "POST", path: "/v1/auth/register", body, read: session }),
    login: (body: Login) => call({ method: "POST", path: "/v1/auth/login", body, read: session }),
    logout: (which: "this" | "others" | "all" = "this") =>
      call({ method: "POST", path: "/v1/auth/logout", body: { which }, read: nothing }),
    me: () => call({ path: "/v1/me", read: having<Me>("user", "account", "device_id") }),
    users: (ids: readonly UserId[]) =>
      call({
        path: `/v1/users?ids=${ids.map(encodeURIComponent).join(",")}`,
        read: as(UsersSchema),
      }),
    usersByHandle: (handle: string) =>
      call({ path: `/v1/users?handle=${encodeURIComponent(handle)}`, read: as(UsersSchema) }),
    /** For a room's socket; null for that of one's own inbox. */
    ticket: (room_id: RoomId | null) =>
      call({ method: "POST", path: "/v1/tickets", body: { room_id }, read: as(TicketSchema) }),
    keys: () => call({ path: "/v1/keys", read: as(KeysSchema) }),

    createRoom: (room: NewRoom, command_id: CommandId) =>
      call({
        method: "POST",
        path: "/v1/rooms",
        body: room,
        command_id,
        read: as(CreatedRoomSchema),
      }),
    room: (room_id: RoomId) => call({ path: `/v1/rooms/${room_id}`, read: as(RoomViewSchema) }),
    join: (room_id: RoomId, command_id: CommandId) =>
      call({
        method: "POST",
        path: `/v1/rooms/${room_id}/join`,
        command_id,
        read: as(ReceiptAnswerSchema),
      }),
    addMember: (room_id: RoomId, user_id: UserId, command_id: CommandId) =>
      call({
        method: "POST",
        path: `/v1/rooms/${room_id}/members`,
        body: { user_id },
        command_id,
        read: as(ReceiptAnswerSchema),
      }),
    slash: (room_id: RoomId, body: v.InferInput<typeof SlashBodySchema>, command_id: CommandId) =>
      call({
        method: "POST",
        path: `/v1/rooms/${room_id}/slash`,
        body,
        command_id,
        read: as(SlashAnswerSchema),
      }),
    messages: (room_id: RoomId, before: number, limit: number) =>
      call({
        path: `/v1/rooms/${room_id}/messages?before=${before}&limit=${limit}`,
        read: as(MessagePageSchema),
      }),
    events: (room_id: RoomId, after: number, limit: number) =>
      call({
        path: `/v1/rooms/${room_id}/events?after=${after}&limit=${limit}`,
        read: as(EventPageSchema),
      }),
  };
}
