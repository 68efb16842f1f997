import type { ReceiptAnswer } from "../../schema/http.ts";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { contextOf } from "../context.ts";
import { Refused } from "../refused.ts";
import { createLongTexts, longTextOf, sayFromFile } from "../services/long-texts.ts";
import { identityOf } from "./authenticate.ts";
import { commandIdOf } from "./command-id.ts";
import type { Asked } from "./room-calls.ts";
import { command, question } from "./room-calls.ts";

type Said = Asked & { readonly text: string } & (
    | { readonly type: "send" }
    | { readonly type: "edit"; readonly message_id: MessageId }
  );

/** Says a text of any length that is allowed: one that is too long for an event is said by its beginning, from a file. */
export async function say(request: Request, room_id: RoomId, said: Said): Promise<ReceiptAnswer> {
  const text = await longTextOf(said.text);
  if (!text) return command(request, room_id, said);
  // Whoever is no member leaves nothing behind, not even for a moment.
  await question(request, room_id, { type: "members", limit: 1 });
  const { caller } = await identityOf(request);
  const command_id = commandIdOf(request, caller.user_id);
  const message_id = said.type === "edit" ? said.message_id : messageIdOf(command_id);
  const asked = { ...said, command_id, text: text.preview };
  const texts = createLongTexts(contextOf(request).env.MEDIA);
  const placed = { folder: { room_id, message_id }, text };
  return sayFromFile(texts, placed, {
    say: () => command(request, room_id, asked, { large: text.large }),
    isSaid: async () => {
      const message = await found(request, room_id, message_id);
      return message?.large?.sha256 === text.large.sha256;
    },
  });
}

/** Null where there is no such message for the caller. What cannot be asked is an error. */
async function found(request: Request, room_id: RoomId, message_id: MessageId) {
  try {
    return await question(request, room_id, { type: "message", message_id });
  } catch (error) {
    if (error instanceof Refused && error.refusal.code === "not_found") return null;
    throw error;
  }
}
