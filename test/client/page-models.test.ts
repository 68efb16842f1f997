import { describe, expect, test } from "vitest";
import { newId, type MessageId, type UserId } from "../../schema/ids.ts";
import type { InboxRoom } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { plainMessage } from "../../schema/message.ts";
import type { ChannelStatus, ShownMessage } from "../../client/index.ts";
import { connectionOf, looksAgainIn, QUIET_MS } from "../../web/models/connection.ts";
import { beginEdit, bytesLeft, emptyDraft, endEdit, isReady } from "../../web/models/draft.ts";
import { badgeOf, badgeText, inOrder } from "../../web/models/inbox.ts";
import { proofWords } from "../../web/models/proof.ts";
import { forget, readRemembered, remember } from "../../web/models/remembered.ts";
import { roomIdIn, routeOf } from "../../web/models/route.ts";
import { takeKept } from "../../web/models/shared-draft.ts";
import { GROUP_MS, lastOwn, newWords, rowsOf } from "../../web/models/timeline.ts";
import { counted, t } from "../../web/text.ts";

const [ada, bo] = [newId("user"), newId("user")];
const room_id = newId("room");
const noon = Date.UTC(2026, 10, 21, 12);
let seq = 0;

function said(author: UserId, text: string | null, more: Partial<ShownMessage> = {}): ShownMessage {
  seq += 1;
  const message_id: MessageId = newId("message");
  const settled = { state: "sent", pending: null, change: null, refusal: null } as const;
  return {
    message_id,
    seq,
    author,
    text,
    at: noon,
    ...plainMessage,
    reactions: [],
    ...settled,
    ...more,
  };
}

const away = (away_since: number | null, more: Partial<ChannelStatus> = {}): ChannelStatus => ({
  name: "waiting",
  away_since,
  reason: null,
  ...more,
});

describe("what the page decides", () => {
  test("WEB-11: messages of one author that follow each other stand together, under a line for each day", () => {
    const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
    const late = noon + GROUP_MS + 1;
    const messages = [
      said(ada, "1"),
      said(ada, "2"),
      said(bo, "3"),
      said(bo, "4", { at: late }),
      said(bo, "5", { at: noon + 86_400_000 }),
    ];
    const rows = rowsOf(messages, dayOf).map((row) =>
      row.kind === "day" ? "day" : `${row.message.text}${row.opens ? " opens" : ""}`,
    );
    expect(rows).toEqual(["day", "1 opens", "2", "3 opens", "4 opens", "day", "5 opens"]);
  });

  test("WEB-12: the words of others are announced once; one's own, and what was there before, are not", () => {
    const before = [said(bo, "old"), said(ada, "mine")];
    const now = [...before, said(bo, "new"), said(ada, "also mine"), said(bo, null)];
    expect(newWords(before, now, ada).map(({ text }) => text)).toEqual(["new"]);
    expect(newWords(now, now, ada)).toEqual([]);
    expect(newWords([], now, ada)).toEqual([]);
    const waiting = [
      ...now,
      said(ada, "unsent", { seq: Number.MAX_SAFE_INTEGER, state: "sending" }),
    ];
    const next = said(bo, "next");
    expect(newWords(waiting, [...now, next], ada)).toEqual([next]);
  });

  test("WEB-13: a break is shown when it has lasted five seconds, and what has ended is named at once", () => {
    expect(connectionOf(away(null, { name: "online" }), noon)).toBe("fine");
    expect(connectionOf(away(noon), noon + QUIET_MS - 1)).toBe("fine");
    expect(looksAgainIn(away(noon), noon + 1_000)).toBe(QUIET_MS - 1_000);
    expect(connectionOf(away(noon), noon + QUIET_MS)).toBe("reconnecting");
    expect(looksAgainIn(away(noon), noon + QUIET_MS)).toBeNull();
    expect(connectionOf(away(noon, { name: "signed_out" }), noon)).toBe("signed_out");
    const ended = (reason: ChannelStatus["reason"]) =>
      connectionOf(away(noon, { name: "closed", reason }), noon);
    expect(
      ["removed", "left", "not_found", "bad_version"].map((reason) => ended(reason as never)),
    ).toEqual(["removed", "left", "absent", "stopped"]);
  });

  test("WEB-14: editing keeps what stood in the composer, and the same words are no edit", () => {
    const draft = { ...emptyDraft, text: "half a thought" };
    const message = said(ada, "Tea at for");
    const editing = beginEdit(draft, message);
    expect([editing.text, isReady(editing)]).toEqual(["Tea at for", false]);
    expect(isReady({ ...editing, text: "Tea at four" })).toBe(true);
    expect(beginEdit(editing, said(ada, "other")).kept).toBe("half a thought");
    expect(endEdit(editing)).toEqual(draft);
    expect(isReady({ ...emptyDraft, text: " \n " })).toBe(false);
    expect(lastOwn([message, said(bo, "x"), said(ada, null)], ada)).toBe(message);
  });

  test("WEB-14: the limit counts bytes, not characters", () => {
    expect(bytesLeft("")).toBe(limits.text_bytes);
    expect(bytesLeft("é".repeat(limits.text_bytes / 2))).toBe(0);
    expect(isReady({ ...emptyDraft, text: "é".repeat(limits.text_bytes / 2 + 1) })).toBe(false);
  });

  test("WEB-15: a room is found by its link, its path or its id, and by nothing else", () => {
    for (const pasted of [room_id, `/r/${room_id}`, ` https://chat.example/r/${room_id}/ `])
      expect(roomIdIn(pasted)).toBe(room_id);
    for (const pasted of [
      "",
      "room_7",
      "https://chat.example/",
      `/x/${room_id}`,
      "javascript:alert(1)",
    ])
      expect(roomIdIn(pasted)).toBeNull();
    expect([routeOf("/").name, routeOf(`/r/${room_id}`).name, routeOf("/r/none").name]).toEqual([
      "home",
      "room",
      "absent",
    ]);
  });

  test("WEB-15: rooms that were opened are remembered in their places, and can be forgotten", () => {
    const other = newId("room");
    const rooms = remember(remember([], room_id, "Tea"), other, "Cake");
    expect(rooms.map(({ name }) => name)).toEqual(["Cake", "Tea"]);
    expect(remember(rooms, room_id, "Tea, renamed").map(({ name }) => name)).toEqual([
      "Cake",
      "Tea, renamed",
    ]);
    expect(readRemembered(JSON.stringify(forget(rooms, other)))).toEqual([
      { room_id, name: "Tea" },
    ]);
    for (const broken of [null, "", "{", '[{"room_id":7}]'])
      expect(readRemembered(broken)).toEqual([]);
  });

  test("WEB-16: the proof says no more than was checked", () => {
    const head = {
      room_id,
      epoch: newId("epoch"),
      seq: 7,
      hash: "h",
      key_id: "a-key-with-a-long-name",
      signature: "s",
    };
    const proof = { verified_since: null, first_seq: 1, head: null, faults: [] };
    const words = (more: object) => proofWords({ ...proof, complete_through: 7, ...more });
    expect(words({}).sentences).toEqual([
      t("proof.complete", { seq: 7 }),
      t("proof.since_none"),
      t("proof.head_none"),
    ]);
    expect(words({ verified_since: 3 }).sentences[1]).toBe(t("proof.since", { seq: 3 }));
    expect(words({ verified_since: 1 }).sentences[1]).toBe(t("proof.since_first"));
    expect(words({ head: { ...head, verdict: "unknown" } }).sentences[2]).toBe(
      t("proof.head_unknown", { seq: 7, key: "a-key-wi…" }),
    );
    expect(words({ faults: [{ seq: 4, kind: "fork", at: noon }] })).toMatchObject({
      trouble: true,
      faults: [`#4: ${t("fault.fork")}`],
    });
    expect(proofWords({ ...proof, complete_through: 0 }).line).toBe(t("proof.empty"));
  });

  test("WEB-16: what is counted has a form for one", () => {
    expect([1, 2, 1_000].map((count) => counted("room.people_one", "room.people", count))).toEqual([
      "1 person",
      "2 people",
      "1,000 people",
    ]);
  });

  test("WAC-8: another device's draft takes the place of what is kept, never of what was typed since", () => {
    const draft = { ...emptyDraft, text: "half a" };
    expect(takeKept(draft, "half a", "half a thought").text).toBe("half a thought");
    expect(takeKept(draft, "half", "something else")).toBe(draft);
    expect(takeKept(draft, "half a", "").text).toBe("");
    const editing = beginEdit(draft, said(ada, "Tea at for"));
    const taken = takeKept(editing, "half a", "half a thought");
    expect([taken.text, endEdit(taken).text]).toEqual(["Tea at for", "half a thought"]);
  });

  test("WAC-11: favourites stand first, then what was spoken in last, and a muted room counts nothing", () => {
    const room = (name: string, at: number, more: Partial<InboxRoom> = {}): InboxRoom => ({
      room_id: newId("room"),
      kind: "channel",
      name,
      with: null,
      role: "member",
      position: { epoch: newId("epoch"), seq: 1 },
      read_seq: 0,
      unread_seq: null,
      badge: 3,
      mentions: 0,
      threads: 0,
      revision: 0,
      preview: { seq: 1, at, type: "message.sent", author: bo, text: null },
      favourite: false,
      folder: "",
      muted_until: null,
      archived: false,
      ...more,
    });
    const rooms = [room("old", 1), room("new", 3), room("dear", 2, { favourite: true })];
    expect(inOrder(rooms).map(({ name }) => name)).toEqual(["dear", "new", "old"]);
    expect(badgeOf(room("loud", 1), noon)).toBe(3);
    expect(badgeOf(room("quiet", 1, { muted_until: noon + 1 }), noon)).toBe(0);
    expect(badgeOf(room("loud again", 1, { muted_until: noon }), noon)).toBe(3);
    expect([1, 998, 999].map(badgeText)).toEqual(["1", "998", "999+"]);
  });

  test("WAC-3: what a letter leads to has a page of its own", () => {
    const names = [
      "/verify",
      "/reset",
      "/invite",
      "/forgot",
      "/account/",
      "/contacts",
      "/verify/x",
    ];
    expect(names.map((path) => routeOf(path).name)).toEqual([
      "verify",
      "reset",
      "invite",
      "forgot",
      "account",
      "contacts",
      "absent",
    ]);
  });
});
