import type { SignInMethod } from "../../../schema/device.ts";
import type { InboxCommandType } from "../../../schema/inbox-commands.ts";

/**
 * What a guest may ask of their inbox, over HTTP or a socket: what is theirs in the room that they were let into, and
 * to keep others away. To know people is for those who have an account.
 */
const open: ReadonlySet<InboxCommandType> = new Set<InboxCommandType>([
  "arrange",
  "draft",
  "bookmark",
  "unbookmark",
  "remind",
  "unremind",
  "settings",
  "status",
  "mode",
  "decline",
  "remove",
  "block",
  "unblock",
]);

/** Only guests come in by an invitation, and they come in by nothing else. */
export function mayAsk(type: InboxCommandType, method: SignInMethod | undefined): boolean {
  return method !== "invitation" || open.has(type);
}
