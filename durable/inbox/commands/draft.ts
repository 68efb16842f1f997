import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { heldBack, isLaterEdit } from "../rules/drafts.ts";
import { drafts } from "../stores/drafts.ts";
import { rooms } from "../stores/rooms.ts";
import type { Asked, Decided } from "./asked.ts";

/** The later edit wins, whichever arrives last. */
export function draft({ context, caller, command }: Asked<"draft">): Decided {
  const { sql, now } = context.host;
  const { room_id, text } = command;
  if (!rooms.findShown(sql, room_id)) return refused("not_found");
  const edited_at = heldBack(command.edited_at, now(), limits.clock_skew_ms);
  const edit = { room_id, text, edited_at, device_id: caller.device_id };
  const before = drafts.find(sql, room_id);
  if (!isLaterEdit(edit, before)) return accepted([]);
  const was_text = before?.text ?? "";
  if (text !== "" && was_text === "" && drafts.count(sql) >= limits.drafts)
    return refused("too_many");
  // Also where there was no draft: an edit from before this end may still be on its way.
  drafts.put(sql, edit);
  return accepted(
    text === "" && was_text === "" ? [] : [{ type: "draft.changed", body: { draft: edit } }],
  );
}
