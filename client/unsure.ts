import type { MessageId } from "../schema/ids.ts";
import type { Answered, Question } from "./asking.ts";
import { QuothError } from "./failure.ts";
import type { RoomLog } from "./log.ts";

export interface UnsureDeps {
  log: RoomLog;
  ask(question: Question<"message">): Promise<Answered<"message">>;
  onChange(): void;
}

/**
 * Now and then an event is about something that is not here: the deletion of a reply that was never seen says that there
 * is one less, and not who replied last without it. Then the room is asked how the message looks, one at a time.
 */
export function createUnsure({ log, ask, onChange }: UnsureDeps) {
  let asking = false;
  /** The line came back, or the log went on, while a question was open: its answer may be that there was no line. */
  let look_again = false;

  function look(): void {
    const [message_id] = log.data().unsure;
    // With a hole in the log, what the answer knows is not yet known here.
    look_again ||= asking;
    if (asking || message_id === undefined || log.missing() !== null) return;
    asking = true;
    void learn(message_id).then((goes_on) => {
      asking = false;
      onChange();
      if (!goes_on && !look_again) return;
      look_again = false;
      look();
    });
  }

  /** Whether to go on. Without an answer there is a next event, or a next line, to try it again. */
  async function learn(message_id: MessageId): Promise<boolean> {
    try {
      const { answer, position } = await ask({ type: "message", message_id });
      return log.takeMessage(answer, position);
    } catch (error) {
      const is_final = error instanceof QuothError && !error.retryable;
      if (is_final) log.giveUp(message_id);
      return is_final;
    }
  }

  return { look };
}
