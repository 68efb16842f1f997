export { createClient, type Client, type ClientOptions, type Line } from "./client.ts";
export type { Question } from "./asking.ts";
export type { ChannelName, ChannelStatus } from "./channel.ts";
export { systemClock, type Clock } from "./clock.ts";
export type { Fetch } from "./call.ts";
export { QuothError, type FailureCode } from "./failure.ts";
export type { Login, NewRoom, Registration } from "./http.ts";
export type { ShownMessage } from "./optimistic.ts";
export {
  memoryStorage,
  type OutboxCommand,
  type OutboxStorage,
  type StoredCommand,
} from "./outbox.ts";
export type { Fault, Proof } from "./proof.ts";
export type { SessionStore } from "./session.ts";
export type { RoomHandle, RoomState, Wishes } from "./room-state.ts";
export type { WebSocketClass, WebSocketLike } from "./socket.ts";
export { verifyHead, verifyReceipt, type Verdict } from "./verify.ts";
