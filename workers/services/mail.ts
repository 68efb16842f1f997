import type { Bindings, Configuration } from "../env.ts";

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** How mail leaves. What is in it is in letters.ts. */
export interface Mail {
  send(letter: Letter): Promise<void>;
}

export interface KeptLetter extends Letter {
  sent_at: number;
}

export function createMail(
  env: Pick<Bindings, "MAIL" | "DIRECTORY">,
  config: Pick<Configuration, "MAIL_DELIVERY" | "MAIL_FROM" | "DEPLOYMENT_NAME">,
): Mail {
  if (config.MAIL_DELIVERY === "outbox") return createLocalOutbox(env.DIRECTORY);
  const from = { email: config.MAIL_FROM, name: config.DEPLOYMENT_NAME };
  return {
    async send({ to, subject, text }) {
      const sending = env.MAIL.send({ from, to, subject, text });
      const fault = await sending.then(() => null, codeOf);
      if (fault !== null) throw new Error(`mail was not taken: ${fault}`);
    },
  };
}

/** The service's own sentence may name the address, which belongs in no log. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "unknown";
}

/** The newest of them: enough to find one's own on a machine where people try things out. */
const KEPT = 200;

const statements = {
  add: "INSERT INTO local_mail (sent_to, subject, body, sent_at) VALUES (?1, ?2, ?3, ?4)",
  prune: `DELETE FROM local_mail WHERE mail_id <= (SELECT max(mail_id) FROM local_mail) - ${KEPT}`,
  newestFirst:
    "SELECT sent_to, subject, body, sent_at FROM local_mail ORDER BY mail_id DESC LIMIT ?1",
} as const;

/** Mail of a deployment that sends none: a developer's machine, and tests. */
export interface LocalOutbox extends Mail {
  newestFirst(): Promise<KeptLetter[]>;
}

export function createLocalOutbox(database: D1Database, now: () => number = Date.now): LocalOutbox {
  return {
    async send({ to, subject, text }) {
      const add = database.prepare(statements.add).bind(to, subject, text, now());
      await database.batch([add, database.prepare(statements.prune)]);
    },
    async newestFirst() {
      const { results } = await database
        .prepare(statements.newestFirst)
        .bind(KEPT)
        .all<{ sent_to: string; subject: string; body: string; sent_at: number }>();
      return results.map(({ sent_to, subject, body, sent_at }) => ({
        to: sent_to,
        subject,
        text: body,
        sent_at,
      }));
    },
  };
}
