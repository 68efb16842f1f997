import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { EventSchema } from "../../schema/events.ts";
import { ContactSchema } from "../../schema/contact.ts";
import * as device from "../../schema/device.ts";
import * as account from "../../schema/http-account.ts";
import * as own from "../../schema/http-own.ts";
import * as roomOwn from "../../schema/http-room-own.ts";
import * as http from "../../schema/http.ts";
import * as inbox from "../../schema/inbox.ts";
import { MemberSchema } from "../../schema/member.ts";
import { MessageSchema } from "../../schema/message.ts";
import { PositionSchema } from "../../schema/position.ts";
import { HeadSchema, PublicKeySchema, ReceiptSchema } from "../../schema/receipt.ts";
import { RoomSchema } from "../../schema/room.ts";
import { SettingsSchema } from "../../schema/settings.ts";
import { UserSchema } from "../../schema/user.ts";

/** The document's names for the contract's schemas: those under which the contract exports them. */
const exported: [string, GenericSchema][] = Object.entries<unknown>({
  ...http,
  ...account,
  ...own,
  ...roomOwn,
  EventSchema,
  HeadSchema,
  MemberSchema,
  MessageSchema,
  PositionSchema,
  PublicKeySchema,
  ReceiptSchema,
  RoomSchema,
  UserSchema,
  ...device,
  ...inbox,
  ContactSchema,
  SettingsSchema,
}).filter((entry): entry is [string, GenericSchema] => entry[0].endsWith("Schema"));

const named = (entries: [string, GenericSchema][]): Record<string, GenericSchema> =>
  Object.fromEntries(entries.map(([name, schema]) => [name.replace(/Schema$/, ""), schema]));
const isBody = ([name]: [string, unknown]) => name.endsWith("BodySchema");
const bodies = named(exported.filter(isBody));
const answers = named(exported.filter((entry) => !isBody(entry)));

const names = new Map<object, string>(
  [...Object.entries(bodies), ...Object.entries(answers)].map(([name, s]) => [s, name]),
);

/** Every schema that the document knows, by its name there. */
export const schemasByName: Readonly<Record<string, GenericSchema>> = { ...bodies, ...answers };

export function nameOf(schema: object): string {
  const name = names.get(schema);
  if (name === undefined)
    throw new Error("a route speaks of a schema that the document does not name");
  return name;
}

export const reference = (schema: object): { $ref: string } => ({ $ref: refTo(nameOf(schema)) });

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
