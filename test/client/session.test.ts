import { describe, expect, test } from "vitest";
import type { QuothError, SessionStore } from "../../client/index.ts";
import { deriveId } from "../../schema/ids.ts";
import { ACCESS_MS, FakeHome } from "./fake-home.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: QuothError) => error.code,
  );

function kept(token: string | null = null): SessionStore & { token: string | null } {
  return {
    token,
    async load() {
      return this.token;
    },
    async save(now) {
      this.token = now;
    },
  };
}

describe("a session that goes on", () => {
  test("CIN-1: calls that find the session run out renew it once, together, and are made again", async () => {
    const home = new FakeHome();
    const page = home.client("page", { keepToken: false });
    await page.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(ACCESS_MS);
    const answers = await Promise.all([page.me(), page.me(), page.me()]);
    expect(answers.map(({ user }) => user.user_id)).toEqual([home.me, home.me, home.me]);
    expect(home.asked("/v1/auth/refresh")).toBe(1);
    expect(home.asked("/v1/me")).toBe(6);
  });

  test("CIN-1: a call that was refused while another renewed the session only asks again", async () => {
    const home = new FakeHome();
    const page = home.client("page", { keepToken: false });
    await page.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(ACCESS_MS);
    const late = home.fetch.bind(home);
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    let first = true;
    home.fetch = async (...asked) => {
      const answer = await late(...asked);
      if (asked[1].endsWith("/v1/me") && first) {
        first = false;
        await slow;
      }
      return answer;
    };
    const one = page.me();
    await page.me();
    release();
    await one;
    expect(home.asked("/v1/auth/refresh")).toBe(1);
  });

  test("CIN-2: a program renews its token shortly before it runs out", async () => {
    const home = new FakeHome();
    const program = home.client("program");
    await program.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(ACCESS_MS - 61_000);
    await program.me();
    expect(home.asked("/v1/auth/refresh")).toBe(0);
    await home.clock.advance(2_000);
    await program.me();
    expect(home.requests.slice(-2)).toEqual([
      "POST /v1/auth/refresh cookie",
      "GET /v1/me Bearer access-2",
    ]);
  });

  test("CIN-2: a program's session outlives the program, and each token is kept before it is used", async () => {
    const home = new FakeHome();
    const store = kept();
    await home
      .client("program", { session: store })
      .signIn({ handle: "ada", password: "correct horse battery" });
    expect(store.token).toBe("refresh-1");
    const again = home.client("program", { session: store });
    expect((await again.me()).user.user_id).toBe(home.me);
    expect(store.token).toBe("refresh-2");
    await again.signOut();
    expect(store.token).toBeNull();
  });

  test("CIN-3: an answer that was lost is asked for again with the same token", async () => {
    const home = new FakeHome();
    const store = kept();
    const program = home.client("program", { session: store });
    await program.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(ACCESS_MS);
    home.lost = 1;
    const asked = program.me();
    await home.clock.advance(5_000);
    expect((await asked).user.user_id).toBe(home.me);
    expect(home.asked("/v1/auth/refresh")).toBe(2);
    expect(store.token).toBe("refresh-2");
  });

  test("CIN-3: while nobody answers the session is not given up", async () => {
    const home = new FakeHome();
    const page = home.client("page", { keepToken: false });
    await page.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(ACCESS_MS);
    let ended = false;
    page.onSignedOut(() => (ended = true));
    const late = home.fetch.bind(home);
    home.fetch = async (...asked) => {
      if (asked[1].endsWith("/v1/auth/refresh")) throw new TypeError("offline");
      return late(...asked);
    };
    const asked = codeOf(page.join(deriveId("room", "tea")));
    await home.clock.advance(60_000);
    expect(await asked).toBe("unreachable");
    expect(ended).toBe(false);
    home.fetch = late;
    expect((await page.me()).user.user_id).toBe(home.me);
  });

  test("CIN-4: a device that was signed out says so at once, and goes on when its person signs in", async () => {
    const home = new FakeHome();
    const { client, inbox } = await home.opens("page", { keepToken: false });
    let ended = 0;
    client.onSignedOut(() => (ended += 1));
    home.signsOut("page");
    await home.clock.advance(2_000);
    expect(inbox.state().status.name).toBe("signed_out");
    expect(inbox.state().inbox).not.toBeNull();
    expect(ended).toBe(1);
    await home.clock.advance(60_000);
    expect(home.asked("/v1/auth/refresh")).toBe(1);
    await client.signIn({ handle: "ada", password: "correct horse battery" });
    await home.clock.advance(50);
    expect(inbox.state().status.name).toBe("online");
    // A second end is told as the first was, once, however many calls find it.
    home.signsOut("page");
    await Promise.allSettled([client.me(), client.me(), client.me()]);
    await home.clock.advance(2_000);
    expect(inbox.state().status.name).toBe("signed_out");
    expect(ended).toBe(2);
  });

  test("CIN-4: a token that somebody else has used ends the session, and is forgotten", async () => {
    const home = new FakeHome();
    const store = kept();
    const program = home.client("program", { session: store });
    await program.signIn({ handle: "ada", password: "correct horse battery" });
    home.sessions.set(deriveId("device", "program"), { token: 7, replaced_at: 0, until: 0 });
    let ended = false;
    program.onSignedOut(() => (ended = true));
    expect(await codeOf(program.me())).toBe("unauthenticated");
    expect([ended, store.token]).toEqual([true, null]);
  });

  test("CIN-4: a token that was given from outside is used as it is", async () => {
    const home = new FakeHome();
    const bot = home.client("bot", { token: "quoth_pat_1" });
    expect(await codeOf(bot.me())).toBe("unauthenticated");
    expect(home.requests).toEqual(["GET /v1/me Bearer quoth_pat_1"]);
  });
});
