import { logThreshold } from "../schema/telemetry.ts";
import { archiveDeps, consumeArchive } from "./consumers/archive.ts";
import { consumeDeadLetters } from "./consumers/dead-letters.ts";
import type { ConsumerLog } from "./consumers/log.ts";
import type { Bindings } from "./env.ts";
import { front } from "./front.ts";
import { writeLog } from "./log.ts";
import { sweep } from "./scheduled.ts";

export { Inbox } from "../durable/inbox/inbox.ts";
export { Room } from "../durable/room/room.ts";

export default {
  fetch: (request, env, execution) => front(request, env, execution),
  async queue(batch, env) {
    const log: ConsumerLog = (level, event, fields) =>
      writeLog(logThreshold(env.LOG_LEVEL), level, event, fields);
    switch (batch.queue) {
      case "quoth-archive":
        return consumeArchive(batch.messages, archiveDeps(env, log));
      case "quoth-archive-dead":
        return consumeDeadLetters(batch.messages, archiveDeps(env, log));
      default:
        throw new Error(`a queue that nothing consumes: ${batch.queue}`);
    }
  },
  scheduled: (_event, env) => sweep(env),
} satisfies ExportedHandler<Bindings>;
