import type { MessageId, RoomId } from "./ids.ts";

/**
 * The files of texts that are too long for an event: where they lie, and what is done with them. The Worker writes one
 * before its message is sent, and the room has them erased when the message is.
 */

/** One message's files: each of its versions has its own. */
export interface TextFolder {
  readonly room_id: RoomId;
  readonly message_id: MessageId;
}

/** What a room does with them. Both may be asked for twice. */
export interface Texts {
  copy(file: { sha256: string; from: TextFolder; to: TextFolder }): Promise<void>;
  erase(folder: TextFolder): Promise<void>;
}

/** The part of a bucket that texts need: any store of objects by name will do. */
export interface TextBucket {
  get(key: string): Promise<{ readonly body: ReadableStream; readonly size: number } | null>;
  put(key: string, value: ReadableStream | ArrayBuffer | Uint8Array): Promise<unknown>;
  list(asked: { prefix: string }): Promise<{ objects: readonly { readonly key: string }[] }>;
  delete(keys: string[]): Promise<void>;
}

const folderOf = ({ room_id, message_id }: TextFolder): string => `texts/${room_id}/${message_id}/`;

/** Where one version of a message's text lies. Named by its hash, it is the same however often it is written. */
export const textKey = (folder: TextFolder, sha256: string): string => folderOf(folder) + sha256;

/** What a room does with the files of its texts. A message has few versions, and one listing holds a thousand. */
export function createTexts(bucket: TextBucket): Texts {
  const keysOf = async (folder: TextFolder) =>
    (await bucket.list({ prefix: folderOf(folder) })).objects.map(({ key }) => key);
  return {
    async copy({ sha256, from, to }) {
      const file = await bucket.get(textKey(from, sha256));
      if (!file) throw new Error("the text is not there");
      await bucket.put(textKey(to, sha256), await new Response(file.body).arrayBuffer());
    },
    async erase(folder) {
      for (let keys = await keysOf(folder); keys.length > 0; keys = await keysOf(folder))
        await bucket.delete(keys);
    },
  };
}
