import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RoomState } from "../../client/index.ts";
import type { Permission } from "../../schema/permissions.ts";
import { changesIn, hindrance, type Hindrance } from "../models/standing.ts";

/** The longest that a timer can wait; after it, it waits again. */
const LONGEST_MS = 2 ** 31 - 1;

/** Why one may not do something here, and again when its time is over. */
export function useHindrance(state: RoomState, permission: Permission): Hindrance | null {
  const looked_at = useSignal(0);
  const { muted_until } = state;
  useEffect(() => {
    const again_ms = changesIn(state, Date.now());
    if (again_ms === null) return;
    const timer = setTimeout(
      () => (looked_at.value = Date.now()),
      Math.min(again_ms + 20, LONGEST_MS),
    );
    return () => clearTimeout(timer);
  }, [muted_until, looked_at.value]);
  return hindrance(state, permission, Date.now());
}
