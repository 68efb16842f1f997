import type { AfterClose } from "../../schema/closes.ts";
import { afterClose, closes } from "../../schema/closes.ts";
import { CommandSchema } from "../../schema/commands.ts";
import { eventBodies } from "../../schema/events.ts";
import { DownSchema } from "../../schema/frames/down.ts";
import { InboxDownSchema } from "../../schema/frames/inbox/down.ts";
import { InboxUpSchema } from "../../schema/frames/inbox/up.ts";
import { UpSchema } from "../../schema/frames/up.ts";
import { InboxCommandSchema } from "../../schema/inbox-commands.ts";
import { inboxEventBodies } from "../../schema/inbox-events.ts";
import { queryAnswers, QuerySchema } from "../../schema/queries.ts";
import { refusalCodes, refusalTable } from "../../schema/refusals.ts";
import { wire } from "../../schema/version.ts";
import type { Used } from "./shapes.ts";
import { alternatives, fieldsOf, shapeOf, typeOf } from "./shapes.ts";

/** The contract on paper, made from the schema itself: the long form for docs/, and the short one for the README. */
export const PAGE = "docs/contract.md";
export const SUMMARY = "README.md";
const BEGIN = "<!-- contract: made by `npm run format` from schema/, not by hand -->";
const END = "<!-- /contract -->";

const cell = (text: string) => text.replaceAll("|", "\\|");
const row = (...cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => "---")), ...rows].join("\n");
const code = (text: string) => `\`${text}\``;
const codes = (texts: readonly string[]) =>
  texts.length === 0 ? "nothing" : texts.map(code).join(", ");

const typesOf = (schema: unknown) => [...new Set(alternatives(schema).map(([type]) => type))];
const commandsOf = (up: unknown) =>
  alternatives(up).filter(([, schema]) => fieldsOf(schema, new Map()).some(isCommandId));
const isCommandId = (field: string) => field.startsWith("command_id:");

/** What goes over a socket besides commands. */
const framesOf = (union: unknown) => {
  const commands = new Set(commandsOf(union).map(([, schema]) => schema));
  return alternatives(union).filter(([, schema]) => !commands.has(schema));
};

const said =
  (used: Used, without: readonly string[]) =>
  ([type, schema]: [string, unknown]) =>
    row(code(type), codes(fieldsOf(schema, used, without)));
const happened = (used: Used, bodies: Readonly<Record<string, unknown>>) =>
  Object.entries(bodies).map(said(used, []));

const whatNext: Readonly<Record<AfterClose, string>> = {
  reconnect: "come back and resume",
  authenticate: "get a new ticket, signing in if need be",
  stop: "stop",
};

/** What the names stand for, and those that are met on the way. */
function shapes(used: Used): string[] {
  const rows = new Map<string, string>();
  for (let left = [...used]; left.length > 0; left = [...used].filter(([name]) => !rows.has(name)))
    for (const [name, schema] of left) rows.set(name, shapeOf(schema, used));
  return [...rows]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, shape]) => row(code(name), code(shape)));
}

export function contractPage(): string {
  const used: Used = new Map();
  const commandFields = ["type", "command_id"];
  const answers = Object.entries(queryAnswers) as [string, unknown][];
  const sections = [
    `# The contract

Version ${wire.version} of the protocol; ${wire.floor} is still spoken. This page is made from [schema/](../schema) by
\`npm run format\`, and a gate sees that it is current. The rules are in [SPEC.md](../schema/SPEC.md); the HTTP routes
in \`/v1/openapi.json\` and at \`/docs\`. A name with a question mark may be left out.`,
    `## Commands of a room

Each carries a \`command_id\` besides, and has one effect.

${table(["command", "fields"], alternatives(CommandSchema).map(said(used, commandFields)))}`,
    `## Commands of an inbox

${table(["command", "fields"], alternatives(InboxCommandSchema).map(said(used, commandFields)))}`,
    `## Events of a room

${table(["event", "body"], happened(used, eventBodies))}`,
    `## Events of an inbox

${table(["event", "body"], happened(used, inboxEventBodies))}`,
    `## Questions to a room

${table(
  ["question", "fields", "answer"],
  alternatives(QuerySchema).map(([type, schema]) => {
    const answer = answers.find(([name]) => name === type)?.[1];
    return row(code(type), codes(fieldsOf(schema, used, ["type"])), code(typeOf(answer, used)));
  }),
)}`,
    ...[
      ["Signals and frames to a room", UpSchema],
      ["Frames from a room", DownSchema],
      ["Signals and frames to an inbox", InboxUpSchema],
      ["Frames from an inbox", InboxDownSchema],
    ].map(([title, union]) => {
      const frames = title === "Frames from a room" || title === "Frames from an inbox";
      const list = frames ? alternatives(union) : framesOf(union);
      return `## ${String(title)}\n\n${table(["frame", "fields"], list.map(said(used, ["type"])))}`;
    }),
    `## Refusals

${table(["code", "HTTP", "the same again later", "what it says"], refusalCodes.map(refusalRow))}`,
    `## Close codes

${table(["code", "name", "what it says", "what to do"], Object.entries(closes).map(closeRow))}`,
  ];
  const names = `## Shapes\n\n${table(["name", "what it is"], shapes(used))}`;
  return `${[...sections, names].join("\n\n")}\n`;
}

const refusalRow = (name: (typeof refusalCodes)[number]) => {
  const { status, retryable, text } = refusalTable[name];
  return row(code(name), String(status), retryable ? "yes" : "no", text);
};
const closeRow = ([name, close]: [string, { code: number; text: string }]) =>
  row(String(close.code), code(name), close.text, whatNext[afterClose(close.code)]);

export function contractSummary(): string {
  const signals = [...framesOf(UpSchema), ...framesOf(InboxUpSchema)].map(([type]) => type);
  const byStatus = Map.groupBy(refusalCodes, (name) => refusalTable[name].status);
  const refused = [...byStatus]
    .toSorted(([one], [other]) => one - other)
    .map(([status, list]) => `${status}: ${codes(list)}`);
  const closed = Object.entries(closes).map(([name, close]) => `${close.code} ${code(name)}`);
  return table(
    ["of the contract", `version ${wire.version}, [in full](${PAGE})`],
    [
      row("commands of a room", codes(typesOf(CommandSchema))),
      row("commands of an inbox", codes(typesOf(InboxCommandSchema))),
      row("events of a room", codes(Object.keys(eventBodies))),
      row("events of an inbox", codes(Object.keys(inboxEventBodies))),
      row("questions", codes(typesOf(QuerySchema))),
      row("signals and frames up", codes([...new Set(signals)])),
      row("refusals", refused.join("; ")),
      row("close codes", closed.join(", ")),
    ],
  );
}

/** The text of the README with its part renewed; null where it has no place for it. */
export function withSummary(readme: string): string | null {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) return null;
  return `${readme.slice(0, from)}${BEGIN}\n${contractSummary()}\n${readme.slice(to)}`;
}
