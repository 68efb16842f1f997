import { vi } from "vitest";
import type { KeptLetter } from "../../workers/services/mail.ts";
import { ask } from "./person.ts";

/** What a test deployment would have sent, as /local/mail shows it. A letter leaves after the answer, so it is waited for. */
export async function allLetters(origin: string): Promise<KeptLetter[]> {
  const reply = await ask(origin, "/local/mail", { headers: { accept: "application/json" } });
  return (reply.json as { letters: KeptLetter[] }).letters;
}

export function letterTo(origin: string, to: string, about: RegExp): Promise<KeptLetter> {
  return vi.waitFor(
    async () => {
      const found = (await allLetters(origin)).find(
        (letter) => letter.to === to && about.test(letter.subject),
      );
      if (!found) throw new Error(`no letter to ${to} about ${about}`);
      return found;
    },
    { timeout: 10_000, interval: 50 },
  );
}

/** The secret of a letter's one link. */
export function tokenIn({ text }: Pick<KeptLetter, "text">): string {
  const [, token] = /#([A-Za-z0-9_-]{43})\s/.exec(text) ?? [];
  if (token === undefined) throw new Error("a letter without a link");
  return token;
}

export const about = {
  verify: /is this your address/,
  inUse: /have an account already/,
  reset: /a new password/,
  changed: /your password was changed/,
  moved: /your address was changed/,
  leaving: /will be deleted/,
  invitation: /an invitation/,
} as const;
