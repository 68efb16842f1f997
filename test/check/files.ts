import type { Finding, SourceFile } from "../../scripts/check/files.ts";

/** A repository that exists only in a test. */
export function files(contents: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(contents).map(([path, text]) => ({ path, text }));
}

export const texts = (findings: readonly Finding[]): string[] =>
  findings.map(({ path, text }) => `${path}: ${text}`);
export const lines = (count: number): string => "export {};\n".repeat(count);
