import type { Caller } from "../../../schema/caller.ts";
import type { InboxCommandOf, InboxCommandType } from "../../../schema/inbox-commands.ts";
import type { InboxHappening } from "../../../schema/inbox-events.ts";
import type { Settled } from "../../kernel/outcome.ts";
import type { InboxContext } from "../context.ts";

/** A command on its way through the transaction. Its handler writes the tables and says what happened. */
export interface Asked<T extends InboxCommandType> {
  readonly context: InboxContext;
  readonly caller: Caller;
  readonly command: InboxCommandOf<T>;
}

/** Nothing where things were so already. */
export type Decided = Settled<InboxHappening[]>;
