import type { Caller } from "../../schema/caller.ts";
import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";

/**
 * A guest is in the room that they were let into, and takes part there: what is listed here is theirs, and nothing
 * else, so that a new route is closed to them until somebody says otherwise. What is public is open to everybody.
 */
const open: ReadonlySet<string> = new Set([
  // Who they are here: a name to be called by, and no handle.
  "GET /v1/me",
  "PATCH /v1/me",
  "DELETE /v1/me",
  "GET /v1/me/devices",
  "DELETE /v1/me/devices/{device_id}",
  // The names of those whom they meet. Looking for people by handle is refused there.
  "GET /v1/users",
  // Their own inbox: how their room stands, what they have begun, how they want to be seen, whom they do not hear.
  "GET /v1/me/inbox",
  "GET /v1/me/mentions",
  "PUT /v1/me/read",
  "GET /v1/me/reminders",
  "POST /v1/me/reminders",
  "DELETE /v1/me/reminders/{reminder_id}",
  "PATCH /v1/me/rooms/{room_id}",
  "PUT /v1/me/rooms/{room_id}/draft",
  "PUT /v1/me/bookmarks/{room_id}/{message_id}",
  "DELETE /v1/me/bookmarks/{room_id}/{message_id}",
  "PATCH /v1/me/settings",
  "PUT /v1/me/status",
  "PUT /v1/me/mode",
  "DELETE /v1/me/contacts/{user_id}",
  "PUT /v1/me/blocks/{user_id}",
  "DELETE /v1/me/blocks/{user_id}",
  // The room, as any member; and another one that lets guests in.
  "POST /v1/tickets",
  "POST /v1/invitations/accept",
  "GET /v1/rooms/{room_id}",
  "POST /v1/rooms/{room_id}/leave",
  "PUT /v1/rooms/{room_id}/read",
  "PUT /v1/rooms/{room_id}/delivered",
  "PUT /v1/rooms/{room_id}/unread",
  "GET /v1/rooms/{room_id}/badge/explain",
  "GET /v1/rooms/{room_id}/threads",
  "PUT /v1/rooms/{room_id}/typing",
  "GET /v1/rooms/{room_id}/scheduled",
  "POST /v1/rooms/{room_id}/scheduled",
  "DELETE /v1/rooms/{room_id}/scheduled/{schedule_id}",
  "GET /v1/rooms/{room_id}/messages",
  "POST /v1/rooms/{room_id}/messages",
  "PATCH /v1/rooms/{room_id}/messages/{message_id}",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}",
  "GET /v1/rooms/{room_id}/events",
  "POST /v1/rooms/{room_id}/slash",
  "GET /v1/rooms/{room_id}/members",
  "GET /v1/rooms/{room_id}/pins",
  "POST /v1/rooms/{room_id}/messages/forward",
  "GET /v1/rooms/{room_id}/messages/{message_id}",
  "GET /v1/rooms/{room_id}/messages/{message_id}/thread",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/thread/follow",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/thread/read",
  "GET /v1/rooms/{room_id}/messages/{message_id}/readers",
  "GET /v1/rooms/{room_id}/messages/{message_id}/versions",
  "GET /v1/rooms/{room_id}/messages/{message_id}/text",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/restore",
  "GET /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/pin",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}/pin",
  // Not there for anybody who does not run the deployment, which they say themselves.
  "PUT /v1/users/{user_id}/verified",
  "DELETE /v1/users/{user_id}/sessions",
]);

/** Of the routes that ask who is there. */
export function isOpenToGuests(method: string, path: string): boolean {
  return open.has(`${method} ${path}`);
}

/** For what is closed to guests, or a part of it: whoever has an account goes on. */
export async function refuseGuests({ env }: RequestContext, { user_id }: Caller): Promise<void> {
  const login = await createAccounts(env.DIRECTORY).byId(user_id);
  if (login?.user.kind === "guest") refuse("not_allowed");
}
