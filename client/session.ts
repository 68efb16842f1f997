import type { Session } from "../schema/http-account.ts";
import { withAttempts } from "./attempts.ts";
import { createCall, type CallDeps } from "./call.ts";
import type { Clock } from "./clock.ts";
import { QuothError } from "./failure.ts";
import { session as readSession } from "./http.ts";

/** Where a program keeps its refresh token between two runs. It is a secret as good as a password. */
export interface SessionStore {
  load(): Promise<string | null>;
  save(refresh_token: string | null): Promise<void>;
}

/** A program's access token is followed by the next one when it has only so long to live. */
export const RENEW_BEFORE_MS = 60_000;

export interface KeeperDeps extends Pick<CallDeps, "url" | "fetch"> {
  clock: Clock;
  random(): number;
  /** A token that the program was given; it is used as it is, and cannot be renewed. */
  token: string | null;
  /** False for a page: its tokens are in cookies, which no script reads. */
  keep: boolean;
  store: SessionStore | null;
  /** There is no session any more, and only signing in helps. */
  onEnded(): void;
}

export type SessionKeeper = ReturnType<typeof createSessionKeeper>;

/**
 * Keeps one session going. However many calls find that it has run out, one of them renews it and all go on. An answer
 * that is lost on its way is asked for again at once: within its time of grace the server gives the same one.
 */
export function createSessionKeeper(deps: KeeperDeps) {
  const { clock, keep, store } = deps;
  let access = deps.token;
  let refresh: string | null = null;
  let expires_at = Infinity;
  let loaded: Promise<void> | null = null;
  let renewing: Promise<boolean> | null = null;
  /** Counts sessions and their renewals: an answer about an earlier one is not about this one. */
  let generation = 0;
  let over = false;
  const call = createCall({ url: deps.url, fetch: deps.fetch, token: () => null });

  async function load(): Promise<void> {
    const stored = await store?.load().catch(() => null);
    if (generation > 0 || stored === null || stored === undefined) return;
    refresh = stored;
    expires_at = 0;
  }

  async function adopt(session: Session): Promise<void> {
    generation += 1;
    over = false;
    expires_at = session.expires_at;
    if (!keep) return;
    access = session.access_token;
    refresh = session.refresh_token || null;
    await keepRefresh();
  }

  /** Where it cannot be kept, the session lasts as long as the program. */
  const keepRefresh = async (): Promise<void> => store?.save(refresh).catch(() => undefined);

  async function end(): Promise<void> {
    generation += 1;
    over = true;
    access = refresh = null;
    expires_at = Infinity;
    if (keep) await keepRefresh();
  }

  async function ask(): Promise<boolean> {
    if (keep && refresh === null) return false;
    const mine = generation;
    const body = keep ? { refresh_token: refresh } : {};
    const path = "/v1/auth/refresh";
    try {
      const renewed = await withAttempts(clock, deps.random, () =>
        call({ method: "POST", path, body, read: readSession }),
      );
      if (mine === generation) await adopt(renewed);
    } catch (error) {
      if (!(error instanceof QuothError) || error.retryable) throw error;
      if (mine === generation) await end();
    }
    return !over;
  }

  /** Several calls may find out together that it is over: they share this one, and it is told once. */
  async function renewal(): Promise<boolean> {
    const holds = await ask();
    if (!holds) deps.onEnded();
    return holds;
  }

  const renewed = (): Promise<boolean> =>
    (renewing ??= renewal().finally(() => {
      renewing = null;
    }));

  return {
    /** The access token to ask with; first a new one where it is about to run out. */
    async token(): Promise<string | null> {
      await (loaded ??= load());
      if (keep && refresh !== null && clock.now() >= expires_at - RENEW_BEFORE_MS) {
        // Where that fails, the call itself says what is wrong.
        await renewed().catch(() => false);
      }
      return access;
    },
    generation: () => generation,
    async renew(than: number): Promise<boolean> {
      if (than !== generation) return !over;
      return renewed();
    },

    /** Signed in: what was before is over. */
    begin: adopt,
    end,
  };
}
