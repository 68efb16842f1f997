import type { EventBody, LogEvent } from "../../schema/events.ts";
import { whoCame } from "../../schema/events.ts";
import type { UserId } from "../../schema/ids.ts";
import type { Draft, Self, Step } from "./draft.ts";

function came(draft: Draft, event: LogEvent): void {
  const { at: joined_at, seq: joined_seq } = event;
  for (const { user_id, role } of whoCame(event)) {
    draft.members.set(user_id, { user_id, role, joined_at, joined_seq, muted_until: null });
    draft.member_count += 1;
    if (user_id === draft.me) draft.self = { role, muted_until: null, joined_seq };
  }
}

function went(draft: Draft, user_id: UserId): void {
  draft.members.delete(user_id);
  if (user_id === draft.me) draft.self = null;
  draft.member_count -= 1;
}

/** A large room does not list everybody: of others who are not listed nothing more is known by this. */
function change(draft: Draft, user_id: UserId, now: Self): void {
  const member = draft.members.get(user_id);
  if (member !== undefined) draft.members.set(user_id, { ...member, ...now });
  if (user_id === draft.me) draft.self = { ...draft.self, ...now };
}

const left: Step<"member.left"> = (draft, _event, { user_id, heir }) => {
  went(draft, user_id);
  if (heir !== null) change(draft, heir, { role: "owner" });
};

export const members = {
  came: (draft: Draft, event: LogEvent) => came(draft, event),
  left,
  removed: (draft: Draft, _event: LogEvent, { user_id }: EventBody<"member.removed">) =>
    went(draft, user_id),
  role: (draft: Draft, _event: LogEvent, { user_id, role }: EventBody<"member.role">) =>
    change(draft, user_id, { role }),
  muted: (draft: Draft, _event: LogEvent, { user_id, muted_until }: EventBody<"member.muted">) =>
    change(draft, user_id, { muted_until }),
};
