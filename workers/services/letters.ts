import type { Letter } from "./mail.ts";

/**
 * What is written to people: plain text, the deployment's name, at most one link, and nothing that tells the sender
 * whether it was read. A name that somebody chose is not in a subject, where it would speak for the deployment.
 */
export interface Letterhead {
  deployment: string;
  origin: string;
}

type Written = Omit<Letter, "to">;

const written = (subject: string, ...paragraphs: string[]): Written => ({
  subject,
  text: `${paragraphs.join("\n\n")}\n`,
});

const unasked = "If this was not you, there is nothing to do: without the link nothing changes.";
const notYou = (origin: string) =>
  `If this was not you, set a new password at once: ${origin}/forgot`;

export const letters = {
  verify: ({ deployment, origin }: Letterhead, token: string) =>
    written(
      `${deployment}: is this your address?`,
      `Somebody gave this address for an account at ${deployment}. To say that it is yours, open:`,
      `${origin}/verify#${token}`,
      `The link is good once, for a day. ${unasked}`,
    ),

  addressInUse: ({ deployment, origin }: Letterhead) =>
    written(
      `${deployment}: you have an account already`,
      `Somebody gave this address for an account at ${deployment}, and it belongs to another account there.`,
      `If it was you, sign in with that account: ${origin}`,
      "If it was not you, there is nothing to do.",
    ),

  reset: ({ deployment, origin }: Letterhead, token: string) =>
    written(
      `${deployment}: a new password`,
      `Somebody asked to set a new password for your account at ${deployment}. To do so, open:`,
      `${origin}/reset#${token}`,
      `The link is good once, for an hour. ${unasked}`,
    ),

  passwordChanged: ({ deployment, origin }: Letterhead) =>
    written(
      `${deployment}: your password was changed`,
      `The password of your account at ${deployment} was changed, and other devices were signed out.`,
      notYou(origin),
    ),

  signInChanged: ({ deployment, origin }: Letterhead, what: string) =>
    written(
      `${deployment}: how you sign in was changed`,
      `${what} for your account at ${deployment}.`,
      notYou(origin),
    ),

  mailChanged: ({ deployment, origin }: Letterhead) =>
    written(
      `${deployment}: your address was changed`,
      `Your account at ${deployment} does not use this address any more.`,
      `If this was not you, ask those who run ${origin} for help: links for a new password go to the new address.`,
    ),

  leaving: ({ deployment, origin }: Letterhead, leaving_at: number) =>
    written(
      `${deployment}: your account will be deleted`,
      `Your account at ${deployment} will be deleted on ${dayOf(leaving_at)}.`,
      `Until then, signing in takes it back: ${origin}`,
    ),

  invitation: ({ deployment, origin }: Letterhead, inviter: string, token: string) =>
    written(
      `${deployment}: an invitation`,
      `${inviter} invites you to ${deployment}. To see what to, open:`,
      `${origin}/invite#${token}`,
      "The link is good once, for thirty days.",
    ),
} as const;

/** A day and a minute that mean the same everywhere. */
function dayOf(time_ms: number): string {
  return `${new Date(time_ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
