import { QuothError, type FailureCode } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import { counted, t, type TextKey } from "../text.ts";

/** What is wrong with one value of a form, in words that stand beside it. */
export interface FieldProblem {
  name: string;
  text: string;
}

/** What the page itself finds wrong with a value, before or after it has asked the server. */
export class FieldFault extends Error {
  readonly field: string;
  constructor(field: string, text: string) {
    super(text);
    this.field = field;
  }
}

/** Where the fault is the deployment's, whoever runs it finds the request by its id. A person's own mistake has none. */
const ofTheDeployment: ReadonlySet<string> = new Set(["internal", "unavailable"]);

/** Why something had no effect, as a sentence. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof QuothError)) return error instanceof Error ? error.message : String(error);
  if (error.code === "slow_down") return slowDown(error);
  if (error.code === "unreachable") return t("problem.unreachable");
  if (error.code === "bad_answer") return t("room.stopped");
  if (error.code === "invalid") return t("problem.invalid");
  if (error.request_id === null || !ofTheDeployment.has(error.code)) return error.message;
  return t("problem.with_id", { text: error.message, id: error.request_id });
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

function slowDown({ retry_after_ms }: QuothError): string {
  if (retry_after_ms === undefined) return t("problem.slow_down");
  const wait =
    retry_after_ms < MINUTE_MS
      ? counted("problem.second", "problem.seconds", Math.ceil(retry_after_ms / SECOND_MS))
      : counted("problem.minute", "problem.minutes", Math.ceil(retry_after_ms / MINUTE_MS));
  return t("problem.slow_down_for", { wait });
}

/** Refusals that are about one value, also where they do not name it. */
const about: Partial<Record<FailureCode, string>> = {
  handle_taken: "handle",
  weak_password: "password",
  wrong_code: "code",
  mail_not_allowed: "mail",
};

/** The value's name in a form, where the wire calls it something else. */
const names: Readonly<Record<string, string>> = { expires_in_ms: "days" };

const values: Partial<Record<string, { key: TextKey; least?: number; most?: number }>> = {
  handle: {
    key: "field.handle",
    least: limits.handle_characters_min,
    most: limits.handle_characters_max,
  },
  mail: { key: "field.mail" },
  password: {
    key: "field.password",
    least: limits.password_characters_min,
    most: limits.password_characters_max,
  },
  birth_date: { key: "field.birth_date" },
  code: { key: "field.code" },
  name: { key: "field.line", most: limits.name_characters },
  display_name: { key: "field.line", most: limits.name_characters },
};

/** The value that an answer complains of, by its name in the form; null where it is about no single one. */
export function fieldProblemOf(error: unknown): FieldProblem | null {
  if (error instanceof FieldFault) return { name: error.field, text: error.message };
  if (!(error instanceof QuothError)) return null;
  const name = error.field === undefined ? about[error.code] : nameOf(error.field);
  if (name === undefined) return null;
  if (error.code !== "invalid") return { name, text: sentenceOf(error) };
  const { key, least = 1, most = 0 } = values[name] ?? { key: "field.other" as const };
  return { name, text: t(key, { least, most }) };
}

/** `fields.0.value` stands in the form as `field_value_0`. */
function nameOf(field: string): string {
  const [, at, part] = /^fields\.(\d+)(?:\.(\w+))?$/.exec(field) ?? [];
  if (at !== undefined) return `field_${part ?? "name"}_${at}`;
  return names[field] ?? field;
}
