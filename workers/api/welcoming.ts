import type { RoomId, UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { createWelcome } from "../services/welcome.ts";

/** These people have come into a room. That they are greeted, or that this fails, is no business of the answer. */
export function welcomeTo(
  { env, config, afterwards }: RequestContext,
  room_id: RoomId,
  user_ids: readonly UserId[],
): void {
  if (config.WELCOME === "off") return;
  afterwards(() => createWelcome(env).joined(room_id, user_ids));
}
