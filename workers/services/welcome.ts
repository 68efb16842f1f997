import { roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, directRoomId, newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Answer } from "../../schema/rpc.ts";
import { atMost } from "../at-most.ts";
import type { Bindings } from "../env.ts";
import { welcomeText } from "./welcome-text.ts";

/** The account that greets: nobody's, and the same in every deployment. The migration 0005_welcome makes it. */
export const SYSTEM_USER: UserId = deriveId("user", "system");

/**
 * A greeting for whoever comes into their first room, in a direct room with the deployment itself.
 *
 * That somebody is to be greeted is written down first and struck out last. In between, every id follows from the
 * person alone, so two joins at once, and a second try after a crash, make the same room and say the same thing once.
 */
export interface Welcome {
  /** These people are in this room now. Those for whom it is the first one are greeted. */
  joined(room_id: RoomId, user_ids: readonly UserId[]): Promise<void>;
  /** Whoever was to be greeted and was not, since something failed on the way. */
  takeUp(most: number): Promise<void>;
}

const statements = {
  begin: `UPDATE accounts SET welcome_room = coalesce(welcome_room, ?2)
    WHERE user_id IN (SELECT value FROM json_each(?1)) AND welcomed_at IS NULL AND kind IN ('person', 'guest')
    RETURNING user_id, welcome_room`,
  pending: `SELECT user_id, welcome_room FROM accounts
    WHERE welcome_room IS NOT NULL AND kind IN ('person', 'guest') LIMIT ?1`,
  done: `UPDATE accounts SET welcomed_at = coalesce(welcomed_at, ?2), welcome_room = NULL
    WHERE user_id = ?1 AND kind IN ('person', 'guest')`,
} as const;

interface Newcomer {
  user_id: UserId;
  welcome_room: RoomId;
}

type Needed = Pick<Bindings, "DIRECTORY" | "ROOM" | "DEPLOYMENT_NAME">;

export function createWelcome(env: Needed, now: () => number = Date.now): Welcome {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    env.DIRECTORY.prepare(statements[name]).bind(...values);

  const greet = async ({ user_id, welcome_room }: Newcomer): Promise<void> => {
    const guidelines = await guidelinesOf(env, welcome_room, user_id);
    const deployment = env.DEPLOYMENT_NAME;
    const text = welcomeText({ user_id, room_id: welcome_room, guidelines, deployment });
    await say(env, user_id, text);
    await bind("done", user_id, now()).run();
  };
  const greetAll = async (newcomers: readonly Newcomer[]): Promise<void> =>
    void (await atMost(limits.rooms_at_once, newcomers, greet));

  return {
    async joined(room_id, user_ids) {
      const found = await bind("begin", JSON.stringify(user_ids), room_id).all<Newcomer>();
      await greetAll(found.results);
    },
    async takeUp(most) {
      await greetAll((await bind("pending", most).all<Newcomer>()).results);
    },
  };
}

/** What holds in a room, as its member reads it; nothing where they have left it by now. */
async function guidelinesOf(env: Needed, room_id: RoomId, user_id: UserId): Promise<string> {
  const view = await roomActor(env, room_id).view(callerOf(user_id));
  return view.ok ? view.value.room.guidelines : "";
}

/**
 * Whom somebody lets write to them is not asked: nobody else comes by this way. A room that is there is the same one,
 * and words that were said by another try stand, also where they were others.
 */
async function say(env: Needed, user_id: UserId, text: string): Promise<void> {
  const room = roomActor(env, directRoomId(SYSTEM_USER, user_id));
  const commandId = (what: string) => deriveId("command", "welcome", what, user_id);
  const created = { type: "create", command_id: commandId("room"), kind: "direct", with: user_id };
  const made = await room.command(callerOf(SYSTEM_USER), created);
  requireDone(made, "room_exists");
  const sent = { type: "send", command_id: commandId("hello"), text };
  requireDone(await room.command(callerOf(SYSTEM_USER), sent), "command_id_reused");
}

function requireDone(answer: Answer<unknown>, unless: string): void {
  if (answer.ok || answer.refusal.code === unless) return;
  throw new Error(`nobody could be greeted: ${answer.refusal.code}`);
}

/** Of no device: this is the deployment's own doing. */
const callerOf = (user_id: UserId): Caller => ({
  user_id,
  device_id: deriveId("device", "welcome"),
  request_id: newId("request"),
});
