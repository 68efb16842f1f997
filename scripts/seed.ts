import { type RoomId, deriveId } from "../schema/ids.ts";
import { type SignedIn, serverUrl, signIn, told } from "./local/api.ts";
import { PlainError, main } from "./local/paths.ts";
import { type Name, type Told, people, rooms } from "./seeding/story.ts";

type Cast = ReadonlyMap<Name, SignedIn>;

/** Everyone knows these passwords: they are for a server that only its owner reaches. */
function refuseStrangers(url: string): void {
  if (/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(url)) return;
  throw new PlainError(
    `${url} is not on this machine. The example has passwords that everyone knows, so it stays local.`,
  );
}

function played(cast: Cast, name: Name): SignedIn {
  const person = cast.get(name);
  if (person === undefined) throw new Error(`nobody plays ${name}`);
  return person;
}

async function openRoom(room: Told, cast: Cast): Promise<RoomId> {
  const [first, ...others] = room.members;
  const { http, session } = played(cast, first);
  const ids = others.map((name) => played(cast, name).session.user.user_id);
  const command_id = deriveId("command", session.user.user_id, "seed", room.key);
  const { kind, name, topic } = room;
  const [other] = ids;
  if (kind !== "direct")
    return (await http.createRoom({ kind, name, topic, members: ids }, command_id)).room_id;
  if (other === undefined) throw new Error(`${room.key} is direct, and has one member`);
  return (await http.createRoom({ kind, with: other }, command_id)).room_id;
}

/** One after the other: the story has an order. Returns how many were new. */
async function tell(room: Told, room_id: RoomId, cast: Cast): Promise<number> {
  let added = 0;
  for (const [at, [who, text]] of room.lines.entries()) {
    const { replayed } = await played(cast, who).send(room_id, text, `seed ${room.key} ${at + 1}`);
    if (!replayed) added += 1;
  }
  return added;
}

async function seed(url: string): Promise<void> {
  refuseStrangers(url);
  const cast = new Map<Name, SignedIn>();
  for (const person of people) cast.set(person.name, await signIn(url, person, { register: true }));

  const links: string[] = [];
  let added = 0;
  for (const room of rooms) {
    const room_id = await openRoom(room, cast);
    added += await tell(room, room_id, cast);
    const who = room.members.join(", ");
    links.push(
      `  ${url}/r/${room_id}  ${room.kind}${room.name === "" ? "" : ` “${room.name}”`}: ${who}`,
    );
  }
  console.log(
    `\nThe example is there: ${added === 0 ? "nothing was new" : `${added} messages are new`}.\n\nPeople`,
  );
  for (const { handle, password } of people) console.log(`  ${handle.padEnd(12)} ${password}`);
  console.log(`\nRooms\n${links.join("\n")}\n`);
}

await main(async () => {
  const url = serverUrl();
  await told(url, () => seed(url));
});
