import * as v from "valibot";
import type { Http } from "../client/http.ts";
import { verifyHead } from "../client/verify.ts";
import { chainFault, genesisHash } from "../schema/chain.ts";
import { type RoomId, RoomIdSchema } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import type { Head } from "../schema/receipt.ts";
import { serverUrl, signIn, told } from "./local/api.ts";
import { PlainError, main } from "./local/paths.ts";
import { people } from "./seeding/story.ts";

const usage = `usage: npm run verify -- <room_id or its link> [handle]

The password is taken from QUOTH_PASSWORD; the people of \`npm run seed\` need none. QUOTH_URL names another server.`;

/** Follows a room's chain from its first event to its signed head, with nothing but the public routes and keys. */
async function verify(
  http: Http,
  room_id: RoomId,
): Promise<{ head: Head; first_seq: number; seq: number }> {
  let seq = 0;
  let hash = genesisHash(room_id);
  let first_seq = 1;
  for (;;) {
    const page = await http.events(room_id, seq, limits.page_events_max);
    if (seq === 0 && page.first_seq > 1) {
      // What was before one's joining is not shown here: the first entry is taken at its word, and said to be.
      first_seq = page.first_seq;
      seq = first_seq - 1;
      hash = page.events[0]?.prev_hash ?? hash;
    }
    for (const event of page.events) {
      const fault = chainFault(event, seq + 1, hash);
      if (fault !== null)
        throw new PlainError(
          `Broken at #${seq + 1}: its ${fault} does not follow from what is before it.`,
        );
      seq = event.seq;
      hash = event.hash;
    }
    if (page.after === null)
      return { head: await signed(http, page.head, { seq, hash }), first_seq, seq };
  }
}

async function signed(
  http: Http,
  head: Head,
  reached: { seq: number; hash: string },
): Promise<Head> {
  if (head.seq !== reached.seq || head.hash !== reached.hash) {
    throw new PlainError(`The head speaks of #${head.seq}, and is not what the chain leads to.`);
  }
  const { keys } = await http.keys();
  const verdict = await verifyHead(head, keys.find(({ kid }) => kid === head.key_id) ?? null);
  if (verdict !== "valid") throw new PlainError(`The head's signature is ${verdict}.`);
  return head;
}

await main(async () => {
  const [where = "", handle = "demo.ada"] = process.argv.slice(2);
  const room_id = v.safeParse(RoomIdSchema, where.split("/").at(-1));
  if (!room_id.success) throw new PlainError(usage);
  const demo = people.find((person) => person.handle === handle);
  const password = process.env.QUOTH_PASSWORD ?? demo?.password;
  if (password === undefined) throw new PlainError(usage);

  const url = serverUrl();
  const { http } = await signIn(url, { handle, password }, { register: false });
  const { head, first_seq, seq } = await told(url, () => verify(http, room_id.output));
  const from = first_seq === 1 ? "the room's id" : `#${first_seq}, where your history begins,`;
  const events = seq - first_seq + 1;
  console.log(`\n${events} events, one chain without a gap, from ${from} to #${head.seq}.`);
  console.log(`Its head is signed by key ${head.key_id}:\n  ${head.hash}\n`);
});
