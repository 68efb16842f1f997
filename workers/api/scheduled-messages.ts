import { Elysia } from "elysia";
import {
  ScheduleAnswerSchema,
  ScheduleBodySchema,
  ScheduledMessagesSchema,
} from "../../schema/http-room-own.ts";
import { ReceiptAnswerSchema } from "../../schema/http.ts";
import { scheduleIdOf } from "../../schema/ids.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { commandOperation, operation } from "./operation.ts";
import { RoomPathSchema, SchedulePathSchema } from "./paths.ts";
import { command, question } from "./room-calls.ts";

const list = operation("scheduled", "listScheduled", "One's own messages that wait for their time");
const schedule = commandOperation("scheduled", "scheduleMessage", "Send a message later", {
  refusals: [
    ...["text_too_long", "mention_not_allowed", "not_a_root", "message_deleted"],
    ...["read_only", "muted", "room_archived", "not_allowed", "too_many"],
  ] as const,
});
const unschedule = commandOperation("scheduled", "unscheduleMessage", "Take one back");

export const scheduledMessages = new Elysia({ prefix: "/v1/rooms/:room_id/scheduled" })
  .use(signedIn)
  .get(
    "",
    ({ request, params: { room_id } }) => question(request, room_id, { type: "scheduled" }),
    { ...list, params: RoomPathSchema, response: { 200: ScheduledMessagesSchema } },
  )
  .post(
    "",
    async ({ request, params: { room_id }, body, caller, status }) => {
      const command_id = commandIdOf(request, caller.user_id);
      const asked = { type: "schedule", command_id, ...body } as const;
      const { replayed } = await command(request, room_id, asked);
      return status(201, { schedule_id: scheduleIdOf(command_id), replayed });
    },
    {
      ...signedInBody(ScheduleBodySchema),
      ...schedule,
      params: RoomPathSchema,
      response: { 201: ScheduleAnswerSchema },
    },
  )
  .delete(
    "/:schedule_id",
    ({ request, params: { room_id, schedule_id } }) =>
      command(request, room_id, { type: "unschedule", schedule_id }),
    {
      ...noBody,
      ...unschedule,
      params: SchedulePathSchema,
      response: { 200: ReceiptAnswerSchema },
    },
  );
