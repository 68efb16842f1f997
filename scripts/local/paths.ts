import { dirname, join, resolve } from "node:path";

/** The repository, wherever a command was called from. */
export const root = dirname(dirname(import.meta.dirname));
export const bin = join(root, "node_modules", ".bin");

/** What the local server keeps over restarts. */
export const dataFolder = (): string => resolve(root, process.env.QUOTH_DATA ?? ".data");
export const localPort = (): number => Number(process.env.PORT ?? 8787);

/** An expected end, told in one sentence and without a stack. */
export class PlainError extends Error {}

/** Runs what a script is for; an expected end leaves as a sentence, any other as it came. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof PlainError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
