import type { Caller } from "../../schema/caller.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { MessageId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { may } from "../../schema/permissions.ts";
import type { Query, QueryAnswer, QueryOf, QueryType } from "../../schema/queries.ts";
import type { Refusal } from "../../schema/refusals.ts";
import { bodyOf } from "../../schema/events.ts";
import type { Outcome, Settled } from "../kernel/outcome.ts";
import { accepted, refused, unreachable } from "../kernel/outcome.ts";
import type { RoomContext } from "./context.ts";
import { explainBadge, followedThreads } from "./own.ts";
import { readersOf } from "./readers.ts";
import type { Reader } from "./reads.ts";
import { reader } from "./reads.ts";
import { shown } from "./shown.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import type { StoredMessage } from "./stores/messages.ts";
import { messages } from "./stores/messages.ts";
import { pins } from "./stores/pins.ts";
import { reactions } from "./stores/reactions.ts";
import { scheduled } from "./stores/scheduled.ts";

type Answered<T extends QueryType> = Settled<QueryAnswer<T>>;

interface From {
  readonly context: RoomContext;
  readonly caller: Caller;
  readonly read: Reader;
}

/** A member's question. Nothing is changed by it, and to anyone else there is nothing here. */
export function ask(context: RoomContext, caller: Caller, query: Query): Answered<QueryType> {
  const read = reader(context, caller);
  return read.kind === "refused" ? read : answerTo({ context, caller, read: read.value }, query);
}

function answerTo(from: From, query: Query): Answered<QueryType> {
  switch (query.type) {
    case "message":
      return oneMessage(from, query);
    case "messages":
      return someMessages(from, query);
    case "thread":
      return thread(from, query);
    case "versions":
      return versions(from, query);
    case "pins":
      return pinned(from);
    case "scheduled":
      return accepted({ scheduled: scheduled.ofUser(from.context.host.sql, from.caller.user_id) });
    case "reactions":
      return chosenBy(from, query);
    case "readers":
      return readersOf(from.context, from.read, query);
    case "threads":
      return followedThreads(from.context, from.read, query);
    case "badge":
      return explainBadge(from.context, from.read, query);
    case "members":
      return memberPage(from, query);
    default:
      return unreachable(query);
  }
}

/** The same over a socket: the answer goes where the question came from. */
export function answerAsk(
  context: RoomContext,
  caller: Caller,
  { ref, query }: { ref: string; query: Query },
): Outcome<Down> {
  const refuse = (refusal: Refusal): Outcome<Down> => accepted({ type: "refused", ref, refusal });
  const read = reader(context, caller);
  if (read.kind === "refused") return refuse(read.refusal);
  const settled = answerTo({ context, caller, read: read.value }, query);
  if (settled.kind === "refused") return refuse(settled.refusal);
  const position = { epoch: read.value.room.epoch, seq: read.value.head_seq };
  return accepted({ type: "answer", ref, position, answer: settled.value });
}

/** A message that the reader may see. */
function find({ context, read }: From, message_id: MessageId): StoredMessage | null {
  const message = messages.find(context.host.sql, message_id);
  return message && message.seq >= read.first_seq ? message : null;
}

const show = ({ context, caller }: From, stored: readonly StoredMessage[]) =>
  shown(context.host.sql, stored, caller.user_id);

function oneMessage(from: From, { message_id }: QueryOf<"message">): Answered<"message"> {
  const found = find(from, message_id);
  const [message] = found ? show(from, [found]) : [];
  return message ? accepted(message) : refused("not_found");
}

function someMessages(from: From, { message_ids }: QueryOf<"messages">): Answered<"messages"> {
  const found = messages
    .byIds(from.context.host.sql, message_ids)
    .filter(({ seq }) => seq >= from.read.first_seq);
  return accepted({ messages: show(from, found) });
}

function thread(from: From, { message_id, after, limit }: QueryOf<"thread">): Answered<"thread"> {
  const found = find(from, message_id);
  if (!found) return refused("not_found");
  if (found.parent !== null) return refused("not_a_root");
  const asked = { parent: message_id, after, limit: limit + 1 };
  const replies = messages.replies(from.context.host.sql, asked);
  const page = replies.slice(0, limit);
  const [root, ...shownReplies] = show(from, [found, ...page]);
  if (!root) return refused("not_found");
  const more = replies.length > limit || page.length < replies.length;
  return accepted({
    root,
    messages: shownReplies,
    after: more ? (page.at(-1)?.seq ?? null) : null,
  });
}

/** Its author sees them, and whoever the room lets. */
function versions(from: From, { message_id }: QueryOf<"versions">): Answered<"versions"> {
  const found = find(from, message_id);
  if (!found) return refused("not_found");
  const { context, caller, read } = from;
  const is_own = found.author === caller.user_id;
  if (!is_own && !may(read.me.role, "message.versions", read.room)) return refused("not_allowed");
  const events = log.versions(context.host.sql, found, limits.versions_page);
  const all = events.map((event) => {
    const said = bodyOf(event, "message.sent") ?? bodyOf(event, "message.edited");
    const text = (said ?? bodyOf(event, "message.restored"))?.text ?? null;
    return { seq: event.seq, at: event.at, text };
  });
  return accepted({ versions: all });
}

function pinned(from: From): Answered<"pins"> {
  const { sql } = from.context.host;
  const ids = pins.ids(sql);
  const places = new Map(ids.map((message_id, place) => [message_id, place]));
  const placeOf = ({ message_id }: StoredMessage) => places.get(message_id) ?? 0;
  const found = messages
    .byIds(sql, ids)
    .filter(({ seq }) => seq >= from.read.first_seq)
    .toSorted((one, other) => placeOf(one) - placeOf(other));
  return accepted({ messages: show(from, found) });
}

function chosenBy(from: From, query: QueryOf<"reactions">): Answered<"reactions"> {
  const found = find(from, query.message_id);
  if (!found) return refused("not_found");
  const { emoji, after } = query;
  const limit = limits.reaction_users_page;
  const asked = { message_seq: found.seq, emoji, after, limit };
  const rows = reactions.who(from.context.host.sql, asked);
  const last = rows.length === limit ? (rows.at(-1)?.seq ?? null) : null;
  return accepted({ users: rows.map(({ user_id }) => user_id), after: last });
}

function memberPage({ context }: From, { after, limit }: QueryOf<"members">): Answered<"members"> {
  const page = members.page(context.host.sql, after, limit);
  const last = page.length === limit ? (page.at(-1)?.user_id ?? null) : null;
  return accepted({ members: page, after: last });
}
