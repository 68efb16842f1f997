import { describe, expect, test } from "vitest";
import { memoryStorage, QuothError } from "../../client/index.ts";
import { openInbox } from "../../client/inbox.ts";
import { deriveId, newId } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import { FakeHome, type HomeSocket } from "./fake-home.ts";

const tea = deriveId("room", "tea");
const bo = deriveId("user", "bo");
const status = (text: string) => ({
  type: "status" as const,
  status: { text, emoji: "", until: null },
});
const commands = (socket: HomeSocket) => socket.up.filter((frame) => "command_id" in frame);

describe("the inbox of a person", () => {
  test("CIN-5: ticket, hello, position, answer, and only then online; after a break it resumes", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    const first = home.socketOf("desk");
    expect(first.url).toBe("wss://quoth.test/v1/me/inbox/socket");
    expect(first.up).toEqual([{ type: "resume", position: null }]);
    expect(inbox.state()).toMatchObject({ status: { name: "online" }, inbox: { rooms: [] } });
    first.breaks();
    home.inbox.appends({ type: "block.added", body: { block: { user_id: bo, at: 1 } } });
    await home.clock.advance(1_000);
    expect(home.socketOf("desk").up[0]).toEqual({
      type: "resume",
      position: { epoch: home.inbox.epoch, seq: 0 },
    });
    expect(inbox.state().inbox).toEqual(home.inbox.state());
  });

  test("CIN-6: an event that is missing is asked for, and nothing is applied out of order", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    home.inbox.appends({ type: "block.added", body: { block: { user_id: bo, at: 1 } } });
    home.inbox.appends({ type: "block.removed", body: { user_id: bo } });
    home.tells(1);
    expect(inbox.state().inbox?.position.seq).toBe(0);
    await home.clock.advance(1_000);
    expect(inbox.state().inbox).toEqual(home.inbox.state());
    expect(inbox.state().inbox?.position.seq).toBe(2);
  });

  test("CIN-6: another life of the log, or one too far ahead, starts over", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    await inbox.command({ type: "request", user_id: bo });
    home.inbox.restored();
    home.inbox.appends({ type: "block.added", body: { block: { user_id: bo, at: 1 } } });
    home.tells(0);
    await home.clock.advance(1_000);
    expect(inbox.state().inbox).toEqual(home.inbox.state());
    home.socketOf("desk").breaks();
    home.inbox.appends({ type: "contact.gone", body: { user_id: bo } });
    home.inbox.forgets();
    await home.clock.advance(1_000);
    expect(inbox.state().inbox).toEqual(home.inbox.state());
  });

  test("CIN-6: an unknown event, or one without what it promises, is a step without effect", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    const before = inbox.state().inbox;
    home.inbox.appends({ type: "horoscope.changed", body: { sign: "fish" } });
    home.inbox.appends({ type: "room.changed", body: {} });
    home.tells(0);
    home.socketOf("desk").down('{"type":"horoscope"}');
    expect(inbox.state().inbox).toEqual({ ...before, position: { ...before!.position, seq: 2 } });
    expect(inbox.state().status.name).toBe("online");
  });

  test("CIN-7: a command is repeated under its id until it is answered, and has one effect", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    home.way = () => [];
    const done = inbox.command({ type: "request", user_id: bo });
    await home.clock.advance(16_000);
    const [first, second] = commands(home.socketOf("desk"));
    expect(second).toEqual(first);
    home.way = (frame) => [frame];
    home.socketOf("desk").breaks();
    await home.clock.advance(5_000);
    expect(await done).toEqual({ seq: 1, replayed: true });
    expect(home.inbox.events).toHaveLength(1);
  });

  test("CIN-7: what waits survives a reload and goes in order; of a room's drafts only the newest", async () => {
    const home = new FakeHome();
    const storage = memoryStorage();
    const { client, inbox } = await home.opens("desk", { storage });
    home.socketOf("desk").breaks();
    void inbox.command({ type: "request", user_id: bo });
    const draft = (text: string, edited_at: number) =>
      inbox.command({ type: "draft", room_id: tea, text, edited_at });
    void draft("G", 1);
    void draft("Good", 2);
    client.close();
    await home.opens("desk", { storage });
    await home.clock.advance(100);
    expect(home.inbox.events.map(({ type }) => type)).toEqual(["contact.changed", "draft.changed"]);
    expect(home.inbox.state().drafts).toMatchObject([{ text: "Good", edited_at: 2 }]);
  });

  test("CIN-7: a refusal is told to who asked, and one that may be tried again is tried again", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    let times = 0;
    home.refuse = () =>
      (times += 1) === 1 ? refusal("slow_down", { retry_after_ms: 1_000 }) : null;
    const patient = inbox.command(status("at sea"));
    await home.clock.advance(3_000);
    expect(await patient).toMatchObject({ seq: 1 });
    home.refuse = () => refusal("no_request");
    const refused = inbox.command({ type: "accept", user_id: bo }).catch((error: unknown) => error);
    await home.clock.advance(10);
    expect(await refused).toBeInstanceOf(QuothError);
    expect(await refused).toMatchObject({ code: "no_request" });
    expect(inbox.state().waiting_commands).toBe(0);
  });

  test("CIN-8: whom a device shows is said as one list when it has come to rest, and again on a new line", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    const [list, panel] = [{}, {}];
    const cy = newId("user");
    inbox.watch(list, [{ user_id: bo, via: null }]);
    inbox.watch(panel, [
      { user_id: bo, via: tea },
      { user_id: cy, via: tea },
    ]);
    await home.clock.advance(300);
    const watched = () => home.socketOf("desk").up.filter(({ type }) => type === "watch");
    const both = [
      { user_id: bo, via: null },
      { user_id: cy, via: tea },
    ];
    expect(watched()).toEqual([{ type: "watch", users: both }]);
    inbox.activity(true);
    home.socketOf("desk").breaks();
    await home.clock.advance(1_000);
    expect(watched()).toEqual([{ type: "watch", users: both }]);
    expect(home.socketOf("desk").up.at(-1)).toEqual({ type: "activity", idle: true });
    inbox.watch(panel, null);
    inbox.watch(list, null);
    await home.clock.advance(300);
    expect(watched().at(-1)).toEqual({ type: "watch", users: [] });
  });

  test("CIN-8: how they are is kept of each, the newest word", async () => {
    const home = new FakeHome();
    const { inbox } = await home.opens("desk");
    const told = (state: "online" | "idle") => {
      const users = [{ user_id: bo, state, last_seen_at: null, status: null }];
      home.socketOf("desk").down({ type: "presence", users });
    };
    told("online");
    told("idle");
    expect(inbox.state().presence.get(bo)?.state).toBe("idle");
  });

  test("CIN-9: another person's sign-in ends the inbox of the one before", async () => {
    const home = new FakeHome();
    const { client, inbox } = await home.opens("desk");
    Object.assign(home, { me: bo });
    await client.signIn({ handle: "bo", password: "correct horse battery" });
    expect(inbox.state().status).toMatchObject({ name: "closed" });
    expect(openInbox(client).state().me).toBe(bo);
  });
});
