import type { Settings } from "../../../schema/settings.ts";
import { accepted } from "../../kernel/outcome.ts";
import { preferencesChanged } from "./preferences.ts";
import { lookAround, touched } from "../live/presence-timers.ts";
import { settingsStore } from "../stores/settings.ts";
import type { Asked, Decided } from "./asked.ts";

/** What is left out stays. */
export function settings({ context, command: { change } }: Asked<"settings">): Decided {
  const { sql } = context.host;
  const before = settingsStore.get(sql);
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const after: Settings = { ...before, ...Object.fromEntries(given) };
  if (JSON.stringify(after) === JSON.stringify(before)) return accepted([]);
  settingsStore.put(sql, after);
  if (after.show_reads !== before.show_reads) preferencesChanged(context);
  touched(context);
  lookAround(context);
  return accepted([{ type: "settings.changed", body: { settings: after } }]);
}
