import { History } from "./history.ts";
import { checkInvariants } from "./invariants.ts";
import { checkMarks } from "./marked.ts";
import { checkPromised } from "./promised.ts";
import { countReached, type Reached, reached } from "./reached.ts";

const ACTIONS = 90;

/** Runs histories from a seed on. The first that breaks an invariant ends it, with the command that shows it again. */
export async function simulate({
  seed,
  histories,
}: {
  seed: number;
  histories: number;
}): Promise<Reached> {
  for (let one = seed; one < seed + histories; one += 1) {
    const history = new History(one, reached);
    try {
      await history.run(ACTIONS);
      checkInvariants(history);
      await history.inboxes.everyoneLooksAway();
      checkMarks(history);
      checkPromised(history);
      countReached(history);
    } catch (error) {
      const again = `npm run simulate -- --seed ${one} --histories 1`;
      throw new Error(`history ${one} broke. Run it again with: ${again}`, { cause: error });
    } finally {
      history.room.world.db.close();
    }
  }
  return reached;
}
