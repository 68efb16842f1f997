import * as v from "valibot";
import { EpochSchema, RoomIdSchema } from "../../schema/ids.ts";
import type { ArchiveNotice } from "../../schema/rpc.ts";

const NoticeSchema = v.object({
  room_id: RoomIdSchema,
  epoch: EpochSchema,
  through: v.number(),
  noticed_at: v.number(),
}) satisfies v.GenericSchema<ArchiveNotice>;

/** A queue outlives deployments: what lies in it may come from another version of this code. */
export function noticeOf(body: unknown): ArchiveNotice | null {
  const parsed = v.safeParse(NoticeSchema, body);
  return parsed.success ? parsed.output : null;
}
