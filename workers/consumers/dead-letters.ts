import type { ArchiveDeps } from "./archive.ts";
import { catchUp, quietly, reasonOf } from "./archive.ts";
import { noticeOf } from "./notice.ts";

const RETRY_S = 300;

/**
 * Notices that the archive gave up on. Nothing is lost with them: the room's outbox keeps its entry until the archive
 * confirms, and sends further notices at its slow pace. They are told loudly, and followed once more: a later notice
 * may have caught up long ago, and then nothing else would ever take the room out of the ledger again.
 */
export async function consumeDeadLetters(
  messages: readonly Message<unknown>[],
  deps: ArchiveDeps,
): Promise<void> {
  for (const message of messages) {
    const notice = noticeOf(message.body);
    const { room_id, through } = notice ?? {};
    deps.log("error", "archive.dead_letter", { room_id, through, attempts: message.attempts });
    if (!notice) {
      message.ack();
      continue;
    }
    try {
      await catchUp(notice.room_id, deps);
      await deps.ledger.archiveCaughtUp([notice.room_id]);
      message.ack();
    } catch (error) {
      const reason = `dead letter: ${reasonOf(error)}`;
      await quietly(deps, () =>
        deps.ledger.archiveFailed(notice.room_id, notice.noticed_at, reason),
      );
      message.retry({ delaySeconds: RETRY_S });
    }
  }
}
