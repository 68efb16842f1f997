import type { Caller } from "../../schema/caller.ts";
import type { InboxCommand } from "../../schema/inbox-commands.ts";
import type { InboxHappening } from "../../schema/inbox-events.ts";
import { accepted, unreachable } from "../kernel/outcome.ts";
import { arrange } from "./commands/arrange.ts";
import type { Decided } from "./commands/asked.ts";
import { block, unblock } from "./commands/block.ts";
import { bookmark, unbookmark } from "./commands/bookmark.ts";
import { accept, cancel, decline, remove, request } from "./commands/contact.ts";
import { draft } from "./commands/draft.ts";
import { remind, unremind } from "./commands/remind.ts";
import { mode, status } from "./commands/self.ts";
import { settings } from "./commands/settings.ts";
import type { InboxContext } from "./context.ts";
import { hideWith, showWith } from "./commands/rooms.ts";

interface From {
  readonly context: InboxContext;
  readonly caller: Caller;
  readonly command: InboxCommand;
}

/** A command to its handler. */
export function decide({ context, caller, command }: From): Decided {
  const from = { context, caller };
  switch (command.type) {
    case "arrange":
      return arrange({ ...from, command });
    case "draft":
      return draft({ ...from, command });
    case "bookmark":
      return bookmark({ ...from, command });
    case "unbookmark":
      return unbookmark({ ...from, command });
    case "remind":
      return remind({ ...from, command });
    case "unremind":
      return unremind({ ...from, command });
    case "settings":
      return settings({ ...from, command });
    case "status":
      return status({ ...from, command });
    case "mode":
      return mode({ ...from, command });
    case "request":
      return request({ ...from, command });
    case "accept":
      return accept({ ...from, command });
    case "decline":
      return decline({ ...from, command });
    case "cancel":
      return cancel({ ...from, command });
    case "remove":
      return remove({ ...from, command });
    case "block":
      return followed(block({ ...from, command }), () => hideWith(context, command.user_id));
    case "unblock":
      return followed(unblock({ ...from, command }), () => showWith(context, command.user_id));
    default:
      return unreachable(command);
  }
}

/** What a change brings along elsewhere in the inbox. */
function followed(decided: Decided, more: () => InboxHappening[]): Decided {
  if (decided.kind === "refused" || decided.value.length === 0) return decided;
  return accepted([...decided.value, ...more()]);
}
