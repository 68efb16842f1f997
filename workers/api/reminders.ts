import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import { DoneSchema } from "../../schema/http-account.ts";
import { RemindBodySchema, RemindedSchema, RemindersSchema } from "../../schema/http-own.ts";
import { reminderIdOf } from "../../schema/ids.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { operation } from "./operation.ts";
import { ReminderPathSchema } from "./paths.ts";

const changes = ["command_id_reused", "slow_down"] as const;

const list = operation("reminders", "listReminders", "One's reminders, the soonest first");
const set = operation(
  "reminders",
  "setReminder",
  "Be reminded of a message or a room at a time, with a note",
  { idempotent: true, refusals: [...changes, "not_found", "too_many"] },
);
const end = operation(
  "reminders",
  "endReminder",
  "Take a reminder away, before its time or when it is due",
  { idempotent: true, refusals: changes },
);

/** Kept in one's inbox, whose alarm makes them due. They say so to the devices; here they are set, seen and ended. */
export const reminders = new Elysia({ prefix: "/v1/me/reminders" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      return { reminders: valueOf(await inbox.state(caller)).reminders };
    },
    { ...list, response: { 200: RemindersSchema } },
  )
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const command_id = commandIdOf(request, caller.user_id);
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      const done = valueOf(await inbox.command(caller, { type: "remind", command_id, ...body }));
      return status(201, { reminder_id: reminderIdOf(command_id), ...done });
    },
    { ...signedInBody(RemindBodySchema), ...set, response: { 201: RemindedSchema } },
  )
  .delete(
    "/:reminder_id",
    async ({ request, params, caller }) => {
      const command_id = commandIdOf(request, caller.user_id);
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      return valueOf(await inbox.command(caller, { type: "unremind", command_id, ...params }));
    },
    { ...noBody, ...end, params: ReminderPathSchema, response: { 200: DoneSchema } },
  );
