import type { GenericSchema } from "valibot";
import * as contact from "../../schema/contact.ts";
import * as device from "../../schema/device.ts";
import * as events from "../../schema/events.ts";
import * as hash from "../../schema/hash.ts";
import * as ids from "../../schema/ids.ts";
import * as inboxEvents from "../../schema/inbox-events.ts";
import * as inbox from "../../schema/inbox.ts";
import * as member from "../../schema/member.ts";
import * as message from "../../schema/message.ts";
import * as permissions from "../../schema/permissions.ts";
import * as position from "../../schema/position.ts";
import * as presence from "../../schema/presence.ts";
import * as queries from "../../schema/queries.ts";
import * as receipt from "../../schema/receipt.ts";
import * as refusals from "../../schema/refusals.ts";
import * as room from "../../schema/room.ts";
import * as settings from "../../schema/settings.ts";
import * as emoji from "../../schema/text/emoji.ts";
import * as text from "../../schema/text.ts";
import * as user from "../../schema/user.ts";

/** What the contract's schemas say, in words for people: names where it gives some, and the shape where it does not. */
const modules = [
  ...[contact, device, events, hash, ids, inboxEvents, inbox, member, message, permissions],
  ...[position, presence, queries, receipt, refusals, room, settings, emoji, text, user],
] as readonly object[];

const names = new Map<unknown, string>(
  modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith("Schema"))
    .map(([name, schema]) => [schema, name.replace(/Schema$/, "")]),
);

/** A schema from inside, as far as it is looked at here. */
interface Inside {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Inside>>;
  readonly wrapped?: Inside;
  readonly item?: Inside;
  readonly value?: Inside;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
}

const inside = (schema: unknown) => schema as Inside;

/** The names that were used on the way, so that what they stand for can be said too. */
export type Used = Map<string, GenericSchema>;

/** How a value is written: a name of the contract's, or its shape. */
export function typeOf(schema: unknown, used: Used): string {
  const name = names.get(schema);
  if (name === undefined) return shapeOf(schema, used);
  used.set(name, schema as GenericSchema);
  return name;
}

const plain: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  boolean: "boolean",
  unknown: "anything",
};

export function shapeOf(schema: unknown, used: Used): string {
  const { type, wrapped, item, value, options = [], literal } = inside(schema);
  const word = plain[type];
  if (word !== undefined) return word;
  switch (type) {
    case "literal":
      return JSON.stringify(literal);
    case "picklist":
      return options.map((option) => JSON.stringify(option)).join(" or ");
    case "optional":
      return typeOf(wrapped, used);
    case "nullable":
      return `${typeOf(wrapped, used)} or null`;
    case "array":
      return `list of ${typeOf(item, used)}`;
    case "record":
      return `object of ${typeOf(value, used)}`;
    case "union":
    case "variant":
      return options.map((option) => typeOf(option, used)).join(" or ");
    case "object":
    case "strict_object":
      return `{ ${fieldsOf(schema, used).join(", ")} }`;
    default:
      throw new Error(`a schema of a kind that has no word yet: ${type}`);
  }
}

/** `name: type` for each field but those left out; a question mark where it may be missing. */
export function fieldsOf(schema: unknown, used: Used, without: readonly string[] = []): string[] {
  return Object.entries(inside(schema).entries ?? {})
    .filter(([field]) => !without.includes(field))
    .map(([field, value]) => {
      const may_miss = value.type === "optional" ? "?" : "";
      return `${field}${may_miss}: ${typeOf(value, used)}`;
    });
}

/** The alternatives of a union, down to the objects, each by its `type`. */
export function alternatives(schema: unknown): [type: string, schema: unknown][] {
  const { type, options = [], entries } = inside(schema);
  if (type === "variant" || type === "union") return options.flatMap(alternatives);
  return [[String(inside(entries?.["type"]).literal), schema]];
}
