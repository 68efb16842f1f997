import * as v from "valibot";
import type { Up } from "../schema/frames/up.ts";
import type { Position } from "../schema/position.ts";
import { QuerySchema, queryAnswers, type QueryAnswer, type QueryType } from "../schema/queries.ts";
import { refusal as refusalOf, type Refusal } from "../schema/refusals.ts";
import type { Clock } from "./clock.ts";
import { QuothError } from "./failure.ts";

/** A question is worth an answer for so long. */
export const ASK_WITHIN_MS = 10_000;

/** What can be asked, as it is written: what has a usual value can be left out. */
export type Question<T extends QueryType = QueryType> = Extract<
  v.InferInput<typeof QuerySchema>,
  { type: T }
>;

export interface Answered<T extends QueryType> {
  answer: QueryAnswer<T>;
  /** The answer knows the events up to here, and none after it. */
  position: Position;
}

export interface AskingDeps {
  clock: Clock;
  send(frame: Up): boolean;
}

interface Open {
  type: QueryType;
  resolve(answered: Answered<QueryType>): void;
  reject(error: QuothError): void;
  cancel(): void;
}

/** Questions over the line. They change nothing, so one that is not answered is `unavailable`, and may be asked again. */
export function createAsking({ clock, send }: AskingDeps) {
  const open = new Map<string, Open>();
  let count = 0;

  function close(ref: string): Open | undefined {
    const question = open.get(ref);
    open.delete(ref);
    question?.cancel();
    return question;
  }

  const fail = (ref: string, why: Refusal) => close(ref)?.reject(QuothError.from(why));

  return {
    ask<T extends QueryType>(question: Question<T>): Promise<Answered<T>> {
      const query = v.safeParse(QuerySchema, question);
      if (!query.success) {
        const field = v.getDotPath(query.issues[0]) ?? "";
        return Promise.reject(QuothError.from(refusalOf("invalid", { field })));
      }
      count += 1;
      const ref = `ask-${count}`;
      const asked = new Promise<Answered<QueryType>>((resolve, reject) => {
        const cancel = clock.after(ASK_WITHIN_MS, () => fail(ref, refusalOf("unavailable")));
        open.set(ref, { type: query.output.type, resolve, reject, cancel });
      });
      if (!send({ type: "ask", ref, query: query.output })) fail(ref, refusalOf("unavailable"));
      return asked as Promise<Answered<T>>;
    },

    answered({
      ref,
      position,
      answer,
    }: {
      ref: string;
      position: Position;
      answer: unknown;
    }): void {
      const question = close(ref);
      if (question === undefined) return;
      const read = v.safeParse(queryAnswers[question.type], answer);
      if (read.success) question.resolve({ answer: read.output, position });
      else
        question.reject(
          new QuothError("bad_answer", "The server gave an answer that is not understood."),
        );
    },

    refused: (ref: string, why: Refusal): void => void fail(ref, why),

    /** Nobody knows what became of a question whose line is gone. */
    lineDown(): void {
      for (const ref of [...open.keys()]) fail(ref, refusalOf("unavailable"));
    },
  };
}
