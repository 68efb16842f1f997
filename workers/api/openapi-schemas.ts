import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { EventSchema } from "../../schema/events.ts";
import * as http from "../../schema/http.ts";
import { MemberSchema } from "../../schema/member.ts";
import { MessageSchema } from "../../schema/message.ts";
import { PositionSchema } from "../../schema/position.ts";
import { HeadSchema, PublicKeySchema, ReceiptSchema } from "../../schema/receipt.ts";
import { RoomSchema } from "../../schema/room.ts";
import { UserSchema } from "../../schema/user.ts";

/** The document's names for the contract's schemas. What a route speaks of and is not here is an error, found by a test. */
const bodies = {
  Register: http.RegisterBodySchema,
  Login: http.LoginBodySchema,
  TicketRequest: http.TicketBodySchema,
  CreateRoom: http.CreateRoomBodySchema,
  AddMember: http.AddMemberBodySchema,
  Text: http.TextBodySchema,
} as const satisfies Record<string, GenericSchema>;

const answers = {
  Session: http.SessionSchema,
  Me: http.MeSchema,
  Users: http.UsersSchema,
  Ticket: http.TicketSchema,
  ReceiptAnswer: http.ReceiptAnswerSchema,
  CreatedRoom: http.CreatedRoomSchema,
  RoomView: http.RoomViewSchema,
  MessagePage: http.MessagePageSchema,
  EventPage: http.EventPageSchema,
  Keys: http.KeysSchema,
  Live: http.LiveSchema,
  Ready: http.ReadySchema,
  Problem: http.ProblemSchema,
  User: UserSchema,
  Room: RoomSchema,
  Member: MemberSchema,
  Message: MessageSchema,
  Event: EventSchema,
  Position: PositionSchema,
  Receipt: ReceiptSchema,
  Head: HeadSchema,
  PublicKey: PublicKeySchema,
} as const satisfies Record<string, GenericSchema>;

const names = new Map<object, string>(
  [...Object.entries(bodies), ...Object.entries(answers)].map(([name, s]) => [s, name]),
);

export function reference(schema: object): { $ref: string } {
  const name = names.get(schema);
  if (name === undefined)
    throw new Error("a route speaks of a schema that the document does not name");
  return { $ref: refTo(name) };
}

const refTo = (name: string) => `#/components/schemas/${name}`;

/** Checks that JSON Schema has no word for, such as well-formed Unicode, stay out; the contract keeps them. */
export function components(): Record<string, unknown> {
  const settings = {
    target: "draft-2020-12",
    errorMode: "ignore",
    overrideRef: ({ referenceId }: { referenceId: string }) => refTo(referenceId),
  } as const;
  return {
    ...toJsonSchemaDefs(bodies, { ...settings, typeMode: "input" }),
    ...toJsonSchemaDefs(answers, settings),
  };
}
