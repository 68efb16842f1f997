import type { OutboxStorage, StoredCommand } from "../../client/index.ts";

const DATABASE = "quoth-outbox";
const COMMANDS = "commands";
const BY_ROOM = "by_room";

/** The outbox in IndexedDB: what was written outlives a reload, a crash and a week without a line. */
export function browserStorage(): OutboxStorage {
  let opened: Promise<IDBDatabase> | null = null;
  const database = () =>
    (opened ??= open().catch((error: unknown) => {
      // Tried again at the next command.
      opened = null;
      throw error;
    }));

  const write = async (work: (commands: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction(COMMANDS, "readwrite");
    work(transaction.objectStore(COMMANDS));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () =>
        reject(transaction.error ?? new Error("not stored"));
    });
  };

  return {
    async load(room_id, user_id) {
      const commands = (await database()).transaction(COMMANDS).objectStore(COMMANDS);
      return answer<StoredCommand[]>(commands.index(BY_ROOM).getAll([user_id, room_id]));
    },
    put: (command) => write((commands) => commands.put(command)),
    remove: (command_id) => write((commands) => commands.delete(command_id)),
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    const commands = request.result.createObjectStore(COMMANDS, { keyPath: "command_id" });
    commands.createIndex(BY_ROOM, ["user_id", "room_id"]);
  };
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(request.error ?? new Error("the browser's store does not answer"));
  });
}
