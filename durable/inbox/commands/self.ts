import type { Self } from "../../../schema/inbox.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { InboxContext } from "../context.ts";
import { noteVisit } from "../live/presence-person.ts";
import { preferencesChanged } from "./preferences.ts";
import { presenceTimers, touched } from "../live/presence-timers.ts";
import { selfStore } from "../stores/self.ts";
import type { Asked, Decided } from "./asked.ts";

/** What the person says of themselves. One that has an end is taken back by a timer. */
export function status({ context, command }: Asked<"status">): Decided {
  const { host, alarms } = context;
  const asked = command.status;
  const until = asked?.until ?? null;
  if (until !== null && until <= host.now()) return refused("invalid", { field: "status.until" });
  const is_empty = asked === null || (asked.text === "" && asked.emoji === "");
  alarms.set(presenceTimers.status, is_empty ? null : until);
  return change(context, { ...selfStore.get(host.sql), status: is_empty ? null : asked });
}

/** What was to be seen of a person stays as it was when they became invisible, also after they show themselves again. */
export function mode({ context, command }: Asked<"mode">): Decided {
  const { sql, now } = context.host;
  const before = selfStore.get(sql);
  if (before.mode === command.mode) return accepted([]);
  if (before.mode === "invisible") selfStore.visibleFrom(sql, now());
  else noteVisit(context);
  if ([before.mode, command.mode].includes("invisible")) preferencesChanged(context);
  return change(context, { ...before, mode: command.mode });
}

/** The end of a status whose time has come: a change that no client asks for. */
export function statusEnded(context: InboxContext): Decided {
  const { sql, now } = context.host;
  const before = selfStore.get(sql);
  const until = before.status?.until ?? null;
  // Another has taken its place meanwhile, and has set the timer for itself.
  if (until !== null && until > now()) return accepted([]);
  context.alarms.set(presenceTimers.status, null);
  if (until === null) return accepted([]);
  return change(context, { ...before, status: null });
}

function change(context: InboxContext, self: Self): Decided {
  const { sql } = context.host;
  if (JSON.stringify(selfStore.get(sql)) === JSON.stringify(self)) return accepted([]);
  selfStore.put(sql, self);
  touched(context);
  return accepted([{ type: "self.changed", body: { self } }]);
}
