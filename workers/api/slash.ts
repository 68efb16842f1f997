import { Elysia } from "elysia";
import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import type { SlashDone } from "../../schema/http-own.ts";
import { SlashAnswerSchema, SlashBodySchema } from "../../schema/http-own.ts";
import type { CommandId, RoomId, UserId } from "../../schema/ids.ts";
import { deriveId } from "../../schema/ids.ts";
import type { Refusal } from "../../schema/refusals.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import type { Help, Meaning } from "../../schema/slash/meaning.ts";
import { meaning } from "../../schema/slash/meaning.ts";
import { readSlash } from "../../schema/slash/read.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { Refused, refuse } from "../refused.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { requireUsers } from "./known-users.ts";
import { operation } from "./operation.ts";
import { RoomPathSchema } from "./paths.ts";
import { welcomeTo } from "./welcoming.ts";

const ask = operation(
  "slash",
  "askWithSlash",
  "Do what a text beginning with a slash asks for; any other is sent as a message",
  {
    idempotent: true,
    refusals: [
      ...(["unknown_slash", "bad_slash", "text_too_long", "not_allowed", "direct_room"] as const),
      ...(["room_archived", "read_only", "muted", "mention_not_allowed", "room_full"] as const),
      ...(["too_many", "command_id_reused", "slow_down"] as const),
    ],
  },
);

/** Who asks where, under which id, and with which words. */
interface AskedHere {
  readonly context: RequestContext;
  readonly caller: Caller;
  readonly room_id: RoomId;
  readonly command_id: CommandId;
  readonly written: { readonly text: string; readonly time_zone: string };
}

type To<T extends Meaning["to"]> = Extract<Meaning, { to: T }>;

/**
 * A command is what it means, done at the room or at one's own inbox by the right that one has there anyway: the slash
 * is another way to write it, and gives nobody more than the routes and the socket do.
 */
export const slash = new Elysia({ prefix: "/v1/rooms" }).use(signedIn).post(
  "/:room_id/slash",
  async ({ request, params, body, caller }) => {
    const command_id = commandIdOf(request, caller.user_id);
    const context = contextOf(request);
    const here = { context, caller, command_id, ...params, written: body };
    const meanings = meaningsOf(here);
    const help = meanings.flatMap((one) => (one.to === "self" ? one.help : []));
    return help.length > 0
      ? { help: await helpHere(here, help) }
      : { done: await does(here, meanings) };
  },
  {
    ...signedInBody(SlashBodySchema),
    ...ask,
    params: RoomPathSchema,
    response: { 200: SlashAnswerSchema },
  },
);

/** The usage that a refusal tells is the registry's own text: nothing of what was sent goes back. */
function meaningsOf({ context, room_id, written }: AskedHere): readonly Meaning[] {
  const { text, time_zone } = written;
  const read = readSlash(text, builtIn);
  if (read.kind === "none") return [{ to: "room", command: { type: "send", text: read.text } }];
  if (read.kind === "asked")
    return meaning(read, { room_id, time_zone, registry: builtIn, now_ms: context.started_at });
  if (read.usage === null) return refuse("unknown_slash");
  return refuse("bad_slash", { field: read.usage });
}

/** Shown to members: to a stranger there is nothing here, not even that. */
async function helpHere({ context, caller, room_id }: AskedHere, help: Help[]): Promise<Help[]> {
  const room = roomActor(context.env, room_id);
  valueOf(await room.ask(caller, { type: "members", limit: 1 }));
  return help;
}

async function does(here: AskedHere, meanings: readonly Meaning[]): Promise<SlashDone[]> {
  const users = meanings.flatMap((one) => invitedBy(one) ?? []);
  if (users.length > 0) await requireUsers(here.context, users, "text");
  const done: SlashDone[] = [];
  const refusals: Refusal[] = [];
  for (const one of meanings) {
    if (one.to === "self") continue;
    const answer = one.to === "room" ? await atRoom(here, one) : await atInbox(here, one);
    if ("code" in answer) refusals.push(answer);
    else done.push(answer);
  }
  // Of several people each was asked for: whoever repeats this gets those who came before, and asks for the others again.
  if (refusals[0]) throw new Refused(refusals[0]);
  return done;
}

const invitedBy = (one: Meaning): UserId | null =>
  one.to === "room" && one.command.type === "add" ? one.command.user_id : null;

async function atRoom(here: AskedHere, one: To<"room">): Promise<SlashDone | Refusal> {
  const { context, caller, room_id } = here;
  const user_id = invitedBy(one);
  const command_id =
    user_id === null ? here.command_id : deriveId("command", "slash", here.command_id, user_id);
  const answer = await roomActor(context.env, room_id).command(caller, {
    ...one.command,
    command_id,
  });
  const { type } = one.command;
  if (answer.ok && user_id !== null) welcomeTo(context, room_id, [user_id]);
  if (answer.ok) return { to: "room", type, ...answer.value };
  // Who is here already is invited as much as the others.
  if (user_id !== null && answer.refusal.code === "already_member")
    return { to: "room", type, receipt: null, replayed: false };
  return answer.refusal;
}

/** Where no room is named, it is about this one. */
async function atInbox(here: AskedHere, { command }: To<"inbox">): Promise<SlashDone | Refusal> {
  const { context, caller, room_id, command_id, written } = here;
  const answer = await inboxActor(context.env, caller.user_id).command(
    caller,
    { room_id, ...command, command_id },
    written,
  );
  if (!answer.ok) return answer.refusal;
  return { to: "inbox", type: command.type, ...answer.value };
}
