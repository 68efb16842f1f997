import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import {
  ArrangeBodySchema,
  BookmarkBodySchema,
  DoneSchema,
  DraftBodySchema,
  ModeBodySchema,
  SettingsBodySchema,
  StatusBodySchema,
} from "../../schema/http-account.ts";
import type { InboxCommand } from "../../schema/inbox-commands.ts";
import { InboxStateSchema } from "../../schema/inbox.ts";
import { contextOf } from "../context.ts";
import { contactSalt, createAddressBook } from "../services/address-book.ts";
import { valueOf } from "./answer.ts";
import { identityOf, signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";

const changes = { idempotent: true, refusals: ["command_id_reused", "slow_down"] } as const;
const bounded = { idempotent: true, refusals: [...changes.refusals, "too_many"] } as const;

const state = operation("inbox", "getInbox", "Everything that a client needs in order to start", {
  // Whose account was erased has a token for some minutes, and no inbox any more.
  refusals: ["not_found"],
});
const arrange = operation("inbox", "arrangeRoom", "How a room stands in one's list", changes);
const draft = operation(
  "inbox",
  "putDraft",
  "What was begun in a room; the later edit wins",
  bounded,
);
const bookmark = operation("inbox", "addBookmark", "Keep a message, with a note", bounded);
const unbookmark = operation("inbox", "removeBookmark", "Let a message go", changes);
const settings = operation(
  "inbox",
  "changeSettings",
  "What holds for all of one's devices",
  changes,
);
const status = operation("inbox", "putStatus", "A line about oneself, for a while", changes);
const mode = operation("inbox", "putMode", "How one wants to be seen", changes);

const done = { response: { 200: DoneSchema } };

/** One's own inbox. The actor decides, and knows which rooms one is in. */
export const inbox = new Elysia({ prefix: "/v1/me" })
  .use(signedIn)
  .get(
    "/inbox",
    async ({ request, caller }) => {
      const { scopes } = await identityOf(request);
      const all = valueOf(await inboxActor(contextOf(request).env, caller.user_id).state(caller));
      // Where one is signed in belongs to the account: a program that may not manage it does not see it.
      return scopes === null || scopes.includes("account") ? all : { ...all, devices: [] };
    },
    { ...state, response: { 200: InboxStateSchema } },
  )
  .patch(
    "/rooms/:room_id",
    ({ request, params, body, caller }) =>
      commands(request, caller, { type: "arrange", ...params, ...body }),
    { ...signedInBody(ArrangeBodySchema), ...arrange, params: RoomPathSchema, ...done },
  )
  .put(
    "/rooms/:room_id/draft",
    ({ request, params, body, caller }) =>
      commands(request, caller, { type: "draft", ...params, ...body }),
    { ...signedInBody(DraftBodySchema), ...draft, params: RoomPathSchema, ...done },
  )
  .put(
    "/bookmarks/:room_id/:message_id",
    ({ request, params, body, caller }) =>
      commands(request, caller, { type: "bookmark", ...params, ...body }),
    { ...signedInBody(BookmarkBodySchema), ...bookmark, params: MessagePathSchema, ...done },
  )
  .delete(
    "/bookmarks/:room_id/:message_id",
    ({ request, params, caller }) => commands(request, caller, { type: "unbookmark", ...params }),
    { ...noBody, ...unbookmark, params: MessagePathSchema, ...done },
  )
  .patch(
    "/settings",
    async ({ request, body, caller }) => {
      const { env, config } = contextOf(request);
      const setFindable = async (findable: boolean) =>
        createAddressBook(env.DIRECTORY, await contactSalt(config)).setFindable(
          caller.user_id,
          findable,
        );
      // Between the two writes a person is found less than they allow, never more.
      if (body.findable === false) await setFindable(false);
      const answer = await commands(request, caller, { type: "settings", change: body });
      if (body.findable === true) await setFindable(true);
      return answer;
    },
    { ...signedInBody(SettingsBodySchema), ...settings, ...done },
  )
  .put(
    "/status",
    ({ request, body, caller }) => commands(request, caller, { type: "status", ...body }),
    { ...signedInBody(StatusBodySchema), ...status, ...done },
  )
  .put(
    "/mode",
    ({ request, body, caller }) => commands(request, caller, { type: "mode", ...body }),
    { ...signedInBody(ModeBodySchema), ...mode, ...done },
  );

type Without<T> = T extends unknown ? Omit<T, "command_id"> : never;

async function commands(request: Request, caller: Caller, command: Without<InboxCommand>) {
  const { env } = contextOf(request);
  const command_id = commandIdOf(request, caller.user_id);
  return valueOf(await inboxActor(env, caller.user_id).command(caller, { ...command, command_id }));
}
