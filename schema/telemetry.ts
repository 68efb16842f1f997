/**
 * Log lines: one JSON object a line, the same shape in the Worker and in the actors, so that one request
 * can be followed through both by its request_id. Ids, codes and counts only: what people write never appears.
 */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function isLogged(level: LogLevel, threshold: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(threshold);
}

/** What was configured, or "info" where that is not a level. */
export function logThreshold(text: string | undefined): LogLevel {
  return logLevels.find((level) => level === text) ?? "info";
}

export function logLine(at_ms: number, level: LogLevel, event: string, fields: LogFields): string {
  return JSON.stringify({ at: new Date(at_ms).toISOString(), level, event, ...fields });
}
