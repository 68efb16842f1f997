import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line } from "./text.ts";

/** What others see. An invisible person is offline to them. */
export const presenceStates = ["online", "idle", "away", "dnd", "offline"] as const;
export const PresenceStateSchema = v.picklist(presenceStates);
export type PresenceState = v.InferOutput<typeof PresenceStateSchema>;

/** What a person chooses. `auto` follows their devices. */
export const presenceModes = ["auto", "away", "dnd", "invisible"] as const;
export const PresenceModeSchema = v.picklist(presenceModes);
export type PresenceMode = v.InferOutput<typeof PresenceModeSchema>;

export const StatusSchema = v.strictObject({
  text: line(0, limits.status_characters),
  /** One emoji, or nothing. */
  emoji: v.pipe(v.string(), v.maxLength(limits.emoji_characters), v.regex(/^(\p{RGI_Emoji})?$/v)),
  /** When it ends by itself; null where it stays. */
  until: v.nullable(
    v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(limits.alarm_at_max)),
  ),
});
export type Status = v.InferOutput<typeof StatusSchema>;

export const PresenceSchema = v.object({
  user_id: UserIdSchema,
  state: PresenceStateSchema,
  /** When they were last here, where they let the asker know and are not here now. */
  last_seen_at: v.nullable(v.number()),
  status: v.nullable(
    v.object({ text: v.string(), emoji: v.string(), until: v.nullable(v.number()) }),
  ),
});
export type Presence = v.InferOutput<typeof PresenceSchema>;
