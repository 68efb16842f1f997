import { describe, expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { plainMessage } from "../../schema/message.ts";
import { defaultRoomSettings, type Room } from "../../schema/room.ts";
import type { ShownMessage } from "../../client/index.ts";
import { proofWords } from "../../web/models/proof.ts";
import { changesIn, hindrance } from "../../web/models/standing.ts";
import { inRoom, isEditable, lastOwn } from "../../web/models/timeline.ts";
import { counted, t } from "../../web/text.ts";

const ada = newId("user");
const noon = Date.UTC(2026, 10, 21, 12);

const room: Room = {
  ...{ room_id: newId("room"), kind: "channel", name: "Tea", topic: "" },
  ...{ description: "", guidelines: "", archived_at: null, settings: defaultRoomSettings },
  ...{ created_by: ada, created_at: noon },
};

function said(text: string, more: Partial<ShownMessage> = {}): ShownMessage {
  const settled = { state: "sent", pending: null, change: null, refusal: null } as const;
  const what = { message_id: newId("message"), seq: 1, author: ada, text, at: noon };
  return { ...plainMessage, reactions: [], ...what, ...settled, ...more };
}

describe("what the page shows of a room", () => {
  test("WEB-18: what is said in threads only is not among the room's messages, and is counted", () => {
    const parent = newId("message");
    const messages = [
      said("in the room"),
      said("in both", { parent }),
      said("in the thread", { parent, in_room: false }),
    ];
    expect(inRoom(messages).map(({ text }) => text)).toEqual(["in the room", "in both"]);
    const replies = (count: number) => counted("message.replies_one", "message.replies", count);
    expect([replies(1), replies(3)]).toEqual(["1 reply", "3 replies"]);
  });

  test("WEB-18: what somebody else said first, and the beginning of a long text, is not edited", () => {
    const large = { sha256: "h", bytes: 100_000 };
    const forwarded = { room_id: room.room_id, message_id: newId("message"), author: ada, at: 1 };
    const messages = [said("mine"), said("long", { large }), said("theirs", { forwarded })];
    expect(messages.map(isEditable)).toEqual([true, false, false]);
    expect(lastOwn(messages, ada)?.text).toBe("mine");
  });

  test("WEB-19: whoever cannot write is told why, for as long as that is so", () => {
    const member = { role: "member", room, muted_until: null } as const;
    const writes = (standing: Parameters<typeof hindrance>[0]) =>
      hindrance(standing, "message.send", noon)?.kind ?? null;
    const announcements = { ...room, settings: { ...room.settings, posting: "admins" as const } };
    const archived = { ...room, archived_at: noon };
    expect(writes(member)).toBeNull();
    expect(writes({ ...member, room: null, role: null })).toBeNull();
    expect(writes({ ...member, room: announcements })).toBe("read_only");
    expect(writes({ ...member, room: announcements, role: "admin" })).toBeNull();
    expect(writes({ ...member, room: archived, role: "owner" })).toBe("archived");
    const muted = { ...member, muted_until: noon + 5 };
    expect(hindrance(muted, "message.send", noon)).toEqual({ kind: "muted", until: noon + 5 });
    expect(hindrance(muted, "message.delete_own", noon)).toBeNull();
    expect(hindrance(muted, "message.send", noon + 5)).toBeNull();
    expect([changesIn(muted, noon), changesIn(muted, noon + 5)]).toEqual([5, null]);
    // Who only reads still changes what they said before.
    expect(hindrance({ ...member, room: announcements }, "message.edit_own", noon)).toBeNull();
    expect(hindrance(member, "message.pin", noon)).toEqual({ kind: "not_allowed" });
  });

  test("WEB-16: a history that begins with one's joining is not called the whole", () => {
    const proof = { complete_through: 9, head: null, faults: [], first_seq: 4 };
    expect(proofWords({ ...proof, verified_since: 4 }).sentences[1]).toBe(
      t("proof.since_joined", { seq: 4 }),
    );
    expect(proofWords({ ...proof, verified_since: 6 }).sentences[1]).toBe(
      t("proof.since", { seq: 6 }),
    );
  });
});
