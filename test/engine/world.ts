import * as v from "valibot";
import type { Encoding } from "../../schema/encodings.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { CommandId, MessageId } from "../../schema/ids.ts";
import { messageIdOf } from "../../schema/ids.ts";
import type { Message } from "../../schema/message.ts";
import type { QueryAnswer, QueryType } from "../../schema/queries.ts";
import { queryAnswers } from "../../schema/queries.ts";
import type { Receipt } from "../../schema/receipt.ts";
import type { Answer } from "../../schema/rpc.ts";
import { log } from "../../durable/room/stores/log.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { LocalRoom, callerOf, userId } from "../support/local-room.ts";

const dumped = [
  ...["log", "commands", "heads", "messages", "members", "room", "outbox"],
  ...["reactions", "pins", "mentions", "withheld", "erasures"],
];

/** A room with people in it, in words that a test can be read aloud with. */
export class World {
  readonly local: LocalRoom;

  constructor(local: LocalRoom) {
    this.local = local;
  }

  /** Asks over HTTP and hears the answer of the same turn. */
  asks(name: string, type: string, fields: Record<string, unknown> = {}): Answer<ReceiptAnswer> {
    const { answers } = this.asksLater(name, type, fields);
    this.local.settle();
    const [answer] = answers;
    if (!answer) throw new Error("no answer");
    return answer;
  }

  /** Asks, and leaves it to the test when the next turn comes. */
  asksLater(name: string, type: string, fields: Record<string, unknown> = {}) {
    const answers: Answer<ReceiptAnswer>[] = [];
    const asked = { type, command_id: this.local.newId("command"), ...fields };
    const settle = (answer: Answer<ReceiptAnswer>) => void answers.push(answer);
    this.local.engine.submit(callerOf(name), asked, settle);
    return { answers, asked };
  }

  says(name: string, text: string): CommandId {
    const command_id = this.local.newId("command");
    const answer = this.asks(name, "send", { command_id, text });
    if (!answer.ok) throw new Error(answer.refusal.code);
    return command_id;
  }

  /** Something that must be accepted. */
  does(name: string, type: string, fields: Record<string, unknown> = {}): ReceiptAnswer {
    const answer = this.asks(name, type, fields);
    if (!answer.ok) throw new Error(`${name} may not ${type}: ${answer.refusal.code}`);
    return answer.value;
  }

  /** Says something, and names the message. */
  writes(name: string, text: string, fields: Record<string, unknown> = {}): MessageId {
    const command_id = this.local.newId("command");
    this.does(name, "send", { command_id, text, ...fields });
    return messageIdOf(command_id);
  }

  /** A question that must be answered. */
  finds<T extends QueryType>(name: string, query: { type: T } & Record<string, unknown>) {
    const answer = this.local.engine.ask(callerOf(name), query);
    if (!answer.ok) throw new Error(`${name} may not ask ${query.type}: ${answer.refusal.code}`);
    return v.parse(queryAnswers[query.type], answer.value) as QueryAnswer<T>;
  }

  /** What somebody is told who may not, or cannot, do something. */
  refusal(name: string, type: string, fields: Record<string, unknown> = {}): string {
    return codeOf(this.asks(name, type, fields));
  }

  message(name: string, message_id: MessageId): Message {
    return this.finds(name, { type: "message", message_id });
  }

  /** The texts of the room's newest page. */
  page(name: string): (string | null)[] {
    const page = this.local.engine.messages(callerOf(name), { before: null, limit: 100 });
    if (!page.ok) throw new Error(page.refusal.code);
    return page.value.messages.map(({ text }) => text);
  }

  passes(ms: number): void {
    this.local.now_ms += ms;
  }

  /** A socket that has been opened and has said where it stands. */
  comesIn(name: string, encoding: Encoding = "json"): LocalSocket {
    const socket = this.opens(name, encoding);
    this.local.receive(socket, { type: "resume", position: null });
    socket.frames();
    return socket;
  }

  opens(name: string, encoding: Encoding = "json"): LocalSocket {
    const socket = this.local.connect(name, { encoding });
    if (typeof socket === "string") throw new Error(`${name} was refused: ${socket}`);
    return socket;
  }

  /** What a socket says, and all that it hears in answer. */
  frame(socket: LocalSocket, frame: unknown): Down[] {
    this.local.receive(socket, frame);
    this.local.settle();
    return socket.frames();
  }

  log(): LogEvent[] {
    const all = Number.MAX_SAFE_INTEGER;
    return log.range(this.local.host.sql, { after: 0, through: all, limit: all, max_bytes: all });
  }

  dump(): Record<string, unknown[]> {
    return Object.fromEntries(dumped.map((table) => [table, this.local.rows(table)]));
  }
}

export function aRoom({ kind = "channel", members = [] as string[], seed = 1 } = {}): World {
  const world = new World(new LocalRoom(seed));
  const fields =
    kind === "direct"
      ? { kind, with: userId("bo") }
      : { kind, name: "Raven", members: members.map(userId) };
  const answer = world.asks("ada", "create", fields);
  if (!answer.ok) throw new Error(answer.refusal.code);
  return world;
}

/** The receipt of something that must have left one. */
export function receiptOf(answer: ReceiptAnswer): Receipt {
  if (!answer.receipt) throw new Error("nothing was to be done");
  return answer.receipt;
}

export function codeOf(answer: Answer<unknown>): string {
  return answer.ok ? "accepted" : answer.refusal.code;
}

export function codesOf(frames: readonly Down[]): string[] {
  return frames.map((frame) => (frame.type === "refused" ? frame.refusal.code : frame.type));
}
