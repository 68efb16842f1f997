import { signal } from "@preact/signals";
import { QuothError, type Client, type Login, type Registration } from "../../client/index.ts";
import type { Me } from "../../schema/http-account.ts";
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
  /** What only its owner knows of the account; read where a view asks for it. */
  const me = signal<Me | null>(null);
  /** The session ended by itself. Whoever is here stays, and is asked to sign in where they are. */
  const lapsed = signal(false);
  client.onSignedOut(() => {
    if (state.value === "in") lapsed.value = true;
  });

  function enter(signedIn: User): void {
    hint.write(true);
    lapsed.value = false;
    me.value = me.value?.user.user_id === signedIn.user_id ? me.value : null;
    user.value = signedIn;
    state.value = "in";
  }

  function leave(): void {
    hint.write(false);
    lapsed.value = false;
    user.value = me.value = null;
    state.value = "out";
  }

  async function look(): Promise<Me> {
    const now = await client.me();
    me.value = now;
    enter(now.user);
    return now;
  }

  async function ask(): Promise<void> {
    if (hint.read() === false) return leave();
    try {
      await look();
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
    me,
    lapsed,
    /** Reads the account anew. */
    look,
    /** Somebody has come in by a way of their own. */
    enter,
    register: async (account: Registration) => enter(await client.register(account)),
    signIn: async (account: Login) => enter(await client.signIn(account)),
    async signOut(): Promise<void> {
      await client.signOut();
      client.close();
      leave();
    },
  };
}
