import { Elysia } from "elysia";
import * as v from "valibot";
import * as z from "zod";
import { inboxActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import {
  ContactLookupBodySchema,
  ContactMatchesSchema,
  ContactSaltSchema,
  ContactsSchema,
  DoneSchema,
} from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import { UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { contactSalt, createAddressBook } from "../services/address-book.ts";
import { createAttempts } from "../services/attempts.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { operation } from "./operation.ts";

const inboxRefusals = ["command_id_reused", "slow_down"] as const;

const list = operation("contacts", "listContacts", "One's contacts and requests, by handle", {
  refusals: ["not_found"],
});
const ask = operation(
  "contacts",
  "addContact",
  "Ask somebody to be a contact, or accept that they asked",
  {
    idempotent: true,
    refusals: [...inboxRefusals, "not_allowed", "too_many"],
  },
);
const remove = operation(
  "contacts",
  "removeContact",
  "End a contact, decline a request, or take back one's own",
  { idempotent: true, refusals: inboxRefusals },
);
const block = operation("contacts", "blockUser", "Block somebody, who is not told", {
  idempotent: true,
  refusals: [...inboxRefusals, "too_many"],
});
const unblock = operation("contacts", "unblockUser", "Take a block back", {
  idempotent: true,
  refusals: inboxRefusals,
});
const salt = operation("contacts", "getContactSalt", "What addresses are hashed with here");
const lookup = operation(
  "contacts",
  "lookUpContacts",
  "Which hashed addresses belong to people here",
  {
    refusals: ["mail_unproved", "slow_down"],
  },
);

const UserPathSchema = v.object({ user_id: UserIdSchema });
const ContactsQuerySchema = z.strictObject({
  search: z.string().max(limits.name_characters).optional(),
  after: z.string().max(limits.handle_characters_max).optional(),
});

const own = new Elysia({ prefix: "/v1/me" })
  .use(signedIn)
  .get(
    "/contacts",
    async ({ request, query, caller }) => {
      const context = contextOf(request);
      const { contacts } = valueOf(await inboxActor(context.env, caller.user_id).state(caller));
      const byId = new Map(contacts.map((contact) => [contact.user_id, contact]));
      const { search = "", after = "" } = query;
      const limit = limits.contacts_page;
      const book = await bookOf(context);
      const found = await book.contacts({ user_ids: [...byId.keys()], search, after, limit });
      const users = found.slice(0, limit);
      return {
        contacts: users.flatMap((user) => {
          const contact = byId.get(user.user_id);
          return contact ? [{ contact, user }] : [];
        }),
        after: found.length > limit ? (users.at(-1)?.handle ?? null) : null,
      };
    },
    { ...list, query: ContactsQuerySchema, response: { 200: ContactsSchema } },
  )
  .put(
    "/contacts/:user_id",
    ({ request, params, caller }) => wishes({ request, caller }, "request", params.user_id),
    {
      ...noBody,
      ...ask,
      params: UserPathSchema,
      response: { 200: DoneSchema },
    },
  )
  .delete(
    "/contacts/:user_id",
    ({ request, params, caller }) => wishes({ request, caller }, "remove", params.user_id),
    { ...noBody, ...remove, params: UserPathSchema, response: { 200: DoneSchema } },
  )
  .put(
    "/blocks/:user_id",
    ({ request, params, caller }) => wishes({ request, caller }, "block", params.user_id),
    {
      ...noBody,
      ...block,
      params: UserPathSchema,
      response: { 200: DoneSchema },
    },
  )
  .delete(
    "/blocks/:user_id",
    ({ request, params, caller }) => wishes({ request, caller }, "unblock", params.user_id),
    { ...noBody, ...unblock, params: UserPathSchema, response: { 200: DoneSchema } },
  );

export const contacts = new Elysia().use(own).use(
  new Elysia({ prefix: "/v1/contacts" })
    .use(signedIn)
    .get("/salt", async ({ request }) => ({ salt: await contactSalt(contextOf(request).config) }), {
      ...salt,
      response: { 200: ContactSaltSchema },
    })
    .post(
      "/lookup",
      async ({ request, body, caller }) => {
        const context = contextOf(request);
        const hashes = [...new Set(body.hashes)];
        await requireOwnMail(context, caller.user_id);
        const attempts = createAttempts(context.env);
        await attempts.lookup(caller.user_id);
        await attempts.comparison(context.address, hashes.length);
        const inbox = inboxActor(context.env, caller.user_id);
        const wait_ms = await inbox.takeLookups(caller, hashes.length);
        if (wait_ms > 0) refuse("slow_down", { retry_after_ms: wait_ms });
        return { matches: await (await bookOf(context)).matches(hashes) };
      },
      {
        ...signedInBody(ContactLookupBodySchema),
        ...lookup,
        response: { 200: ContactMatchesSchema },
      },
    ),
);

/** An account costs a moment; one that compares addresses costs an address that its owner can read mail at. */
async function requireOwnMail({ env }: RequestContext, user_id: UserId): Promise<void> {
  const login = await createAccounts(env.DIRECTORY).byId(user_id);
  if (!login || login.mail === null) refuse("mail_unproved");
}

async function bookOf({ env, config }: RequestContext) {
  return createAddressBook(env.DIRECTORY, await contactSalt(config));
}

/**
 * One's own wish, whatever stood before it: asking somebody who has asked is accepting, and to end is to decline, to
 * take back or to remove. So a repeated request means what it meant at first.
 */
async function wishes(
  { request, caller }: { request: Request; caller: Caller },
  type: "request" | "remove" | "block" | "unblock",
  user_id: UserId,
) {
  const { env } = contextOf(request);
  const command_id = commandIdOf(request, caller.user_id);
  if (type === "request" || type === "block") {
    const [user] = await createAccounts(env.DIRECTORY).usersByIds([user_id]);
    if (!user || user.kind === "gone") refuse("not_found");
  }
  const command = { type, command_id, user_id };
  return valueOf(await inboxActor(env, caller.user_id).command(caller, command));
}
