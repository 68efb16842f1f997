import { logThreshold } from "../schema/telemetry.ts";
import type { Bindings } from "./env.ts";
import { configuration } from "./env.ts";
import { errorFields, writeLog } from "./log.ts";
import { contactSalt, createAddressBook } from "./services/address-book.ts";
import { createErasure } from "./services/erasure.ts";
import { createRoomMembers } from "./services/room-members.ts";
import { createWelcome } from "./services/welcome.ts";

/** What one run takes on; the next one is minutes away. */
const ACCOUNTS = 100;
const HASHES = 500;
const NAMES = 500;
const WELCOMES = 100;

/**
 * What time itself brings about: links and challenges that have run out, accounts whose time of grace is over, and
 * greetings that were cut short.
 * What fails is said in the log and tried again by the next run; it keeps nothing else back.
 */
export async function sweep(env: Bindings): Promise<void> {
  const erasure = createErasure(env);
  await step(env, "sweep.purge", () => erasure.purge());
  await step(env, "sweep.hashes", async () => {
    const salt = await contactSalt(configuration(env));
    await createAddressBook(env.DIRECTORY, salt).refresh(HASHES);
  });
  await step(env, "sweep.names", async () => void (await createRoomMembers(env).fold(NAMES)));
  await step(env, "sweep.welcomes", async () => {
    if (configuration(env).WELCOME === "on") await createWelcome(env).takeUp(WELCOMES);
  });
  await step(env, "sweep.accounts", async () => {
    for (const user_id of await erasure.due(ACCOUNTS))
      await step(env, "account.erase", async () => void (await erasure.erase(user_id)), user_id);
  });
}

async function step(
  env: Pick<Bindings, "LOG_LEVEL">,
  name: string,
  work: () => Promise<void>,
  user_id: string | null = null,
): Promise<void> {
  const threshold = logThreshold(env.LOG_LEVEL);
  try {
    await work();
    writeLog(threshold, user_id === null ? "debug" : "info", name, { user_id });
  } catch (error) {
    writeLog(threshold, "error", `${name}.failed`, { user_id, ...errorFields(error) });
  }
}
