import { signal } from "@preact/signals";
import { QuothError, type Client } from "../../client/index.ts";
import type { User } from "../../schema/user.ts";

export type SessionState = "asking" | "unreachable" | "out" | "in";

const ASK_AGAIN_MS = 3_000;

/** Whether a session is likely: who never signed in here need not be asked about. Null where it cannot be known. */
export interface SessionHint {
  read(): boolean | null;
  write(likely: boolean): void;
}

export type SessionModel = ReturnType<typeof createSession>;

/** Who is signed in. The cookie knows; the page has to ask. */
export function createSession(client: Client, hint: SessionHint) {
  const state = signal<SessionState>("asking");
  const user = signal<User | null>(null);

  function enter(signedIn: User): void {
    hint.write(true);
    user.value = signedIn;
    state.value = "in";
  }

  function leave(): void {
    hint.write(false);
    user.value = null;
    state.value = "out";
  }

  async function ask(): Promise<void> {
    if (hint.read() === false) return leave();
    try {
      enter((await client.me()).user);
    } catch (error) {
      if (error instanceof QuothError && !error.retryable) return leave();
      state.value = "unreachable";
      setTimeout(() => void ask(), ASK_AGAIN_MS);
    }
  }

  return {
    state,
    user,
    ask,
    /** The server knows no session any more. */
    ended: leave,
    register: async (account: { handle: string; password: string; display_name?: string }) =>
      enter(await client.register(account)),
    signIn: async (account: { handle: string; password: string }) =>
      enter(await client.signIn(account)),
    async signOut(): Promise<void> {
      await client.signOut();
      client.close();
      leave();
    },
  };
}
