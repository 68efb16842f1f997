import { signal } from "@preact/signals";
import type { Client } from "../../client/index.ts";
import type { UserId } from "../../schema/ids.ts";
import type { User } from "../../schema/user.ts";

export type PeopleModel = ReturnType<typeof createPeople>;

/** The names of people, asked for once and together. */
export function createPeople(client: Pick<Client, "users">) {
  const known = signal<ReadonlyMap<UserId, User>>(new Map());
  const asked = new Set<UserId>();
  let wanted: UserId[] = [];

  function add(users: readonly User[]): void {
    if (users.length === 0) return;
    known.value = new Map([...known.value, ...users.map((user) => [user.user_id, user] as const)]);
  }

  async function askWanted(): Promise<void> {
    const ids = wanted;
    wanted = [];
    try {
      add(await client.users(ids));
    } catch {
      // Asked for again when they are next wanted.
      for (const id of ids) asked.delete(id);
    }
  }

  return {
    known,
    add,
    want(ids: Iterable<UserId>): void {
      for (const id of ids) {
        if (asked.has(id) || known.value.has(id)) continue;
        asked.add(id);
        if (wanted.length === 0) queueMicrotask(() => void askWanted());
        wanted.push(id);
      }
    },
  };
}
