import type { UserId } from "./ids.ts";

/**
 * What a room must know of a member that only their inbox can say. The inbox numbers what it says; a room keeps the
 * newest, in whichever order it hears.
 */
export interface MemberPreferences {
  version: number;
  /** Whether others see how far they have read. Who hides it does not see it of others. */
  shows_reads: boolean;
  /** Whether they are invisible. */
  hidden: boolean;
  /** Whose messages count for nothing. */
  ignores: UserId[];
}

export const defaultPreferences: MemberPreferences = {
  version: 0,
  shows_reads: true,
  hidden: false,
  ignores: [],
};
