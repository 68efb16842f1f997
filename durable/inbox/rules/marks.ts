import type { InboxRoom, RoomMark } from "../../../schema/inbox.ts";

/** What a room tells of itself; whom its messages call is kept apart. */
type Told = Omit<RoomMark, "called">;

/**
 * Whether a mark says more than what is known. Within one life of a room's log its seq and the count of its member's
 * own changes only grow, so marks may come late, twice and in any order. Another life says nothing about this one: it takes its place.
 */
export function isNewer(mark: Told, known: Told): boolean {
  if (mark.position.epoch !== known.position.epoch) return true;
  if (mark.position.seq !== known.position.seq) return mark.position.seq > known.position.seq;
  if (mark.revision !== known.revision) return mark.revision > known.revision;
  return JSON.stringify(mark.preview) !== JSON.stringify(known.preview);
}

/** A room that is new in the list, or as its member has arranged it. What is said in it brings it back from the archive. */
export function marked(mark: Told, known: InboxRoom | null, now_ms: number): InboxRoom {
  if (!known) return { ...mark, favourite: false, folder: "", muted_until: null, archived: false };
  const { favourite, folder, muted_until, archived } = known;
  const said = (mark.preview?.seq ?? 0) > (known.preview?.seq ?? 0);
  const comes_back = said && !isMuted(known, now_ms);
  // Whoever was the other in a direct room stays so, also after their account has gone.
  const other = mark.with ?? (mark.kind === "direct" ? known.with : null);
  return {
    ...mark,
    with: other,
    favourite,
    folder,
    muted_until,
    archived: archived && !comes_back,
  };
}

const isMuted = ({ muted_until }: InboxRoom, now_ms: number): boolean =>
  muted_until !== null && muted_until > now_ms;
