import type { LogEvent } from "../../schema/events.ts";
import type { MessageId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { RoomContext } from "./context.ts";
import { erasures } from "./stores/erasures.ts";
import { log } from "./stores/log.ts";

/**
 * The files of texts that are too long for an event. The Worker puts them there before the message is sent; the room has
 * them erased when the message is, as surely as anything leaves the room: by the outbox.
 */
export const TEXTS = "texts";

/** Whether a message has files, in any of its versions. */
export function hasFiles(
  { host }: RoomContext,
  message: { seq: number; message_id: MessageId },
): boolean {
  const isLarge = ({ body }: LogEvent) => body?.["large"] !== undefined;
  return log.versions(host.sql, message, limits.versions_page).some(isLarge);
}

/** Inside the transaction by which the message is gone for good. */
export function eraseFiles({ host, outbox }: RoomContext, message_id: MessageId): void {
  erasures.add(host.sql, message_id);
  outbox.note(TEXTS, log.tail(host.sql)?.seq ?? 0);
}

export async function deliverErasures(
  { host, outbox, peers, room_id }: RoomContext,
  through_seq: number,
): Promise<void> {
  const due = erasures.first(host.sql, limits.erasures_per_delivery);
  for (const message_id of due) {
    await peers.texts.erase({ room_id, message_id });
    erasures.remove(host.sql, message_id);
  }
  const more = erasures.first(host.sql, 1).length > 0;
  outbox.confirmed(TEXTS, through_seq);
  if (more) outbox.note(TEXTS, through_seq);
}
