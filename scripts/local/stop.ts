import { PlainError } from "./paths.ts";

/**
 * Runs until something stops it. A first Ctrl-C or SIGTERM stops what was started so far and ends with 0;
 * what ends by itself is an error.
 */
export async function untilStopped(
  start: (register: (stop: () => Promise<void>) => void) => Promise<unknown>,
): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  let asked = false;
  const stop = async () => {
    // A terminal's Ctrl-C comes once from it and once from npm.
    if (asked) return;
    asked = true;
    await Promise.all(stops.map((one) => one()));
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => void stop());
  // scripts/setup.mjs holds the other end of this channel: without it, nobody can stop us any more.
  process.on("disconnect", () => void stop());
  process.channel?.unref();
  await start((one) => stops.push(one));
  if (asked) return new Promise(() => {});
  throw new PlainError("The server ended by itself. Its last words are above.");
}
