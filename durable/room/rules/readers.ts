import type { Room } from "../../../schema/room.ts";

/** Whether a room shows who has received and read. In a large one it would cost much and tell little. */
export function areReadersShown(
  { kind, settings }: Pick<Room, "kind" | "settings">,
  is_small: boolean,
): boolean {
  if (settings.receipts === "never") return false;
  return kind === "direct" || (settings.receipts === "small" && is_small);
}
