import type { LogFields, LogLevel } from "../schema/telemetry.ts";
import { isLogged, logLine } from "../schema/telemetry.ts";

/** The Worker's only use of the console: one JSON line where the level is wanted. */
export function writeLog(
  threshold: LogLevel,
  level: LogLevel,
  event: string,
  fields: LogFields,
): void {
  if (isLogged(level, threshold)) console.log(logLine(Date.now(), level, event, fields));
}

/** What may be said about an unexpected error: its name and the platform's or our own sentence, cut short. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  return {
    error: error.name,
    reason: error.message.slice(0, 300),
    stack: error.stack?.slice(0, 1_500),
  };
}
