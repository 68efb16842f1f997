import { roomActor } from "../../durable/address.ts";
import type { Command } from "../../schema/commands.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { CommandId, RoomId } from "../../schema/ids.ts";
import type { QueryAnswer, QueryType } from "../../schema/queries.ts";
import type { Brought } from "../../schema/rpc.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { identityOf } from "./authenticate.ts";
import { commandIdOf } from "./command-id.ts";

/** A command as a route knows it: the actor holds it against the contract, and its id comes with the request. */
export interface Asked {
  readonly type: Command["type"];
  readonly command_id?: CommandId;
  readonly [field: string]: unknown;
}

/** A command over HTTP: the same handler as over the socket, and the same receipt. */
export async function command(
  request: Request,
  room_id: RoomId,
  asked: Asked,
  brought?: Brought,
): Promise<ReceiptAnswer> {
  const { caller } = await identityOf(request);
  const room = roomActor(contextOf(request).env, room_id);
  const command_id = asked.command_id ?? commandIdOf(request, caller.user_id);
  return valueOf(await room.command(caller, { ...asked, command_id }, brought));
}

/** A question over HTTP; what the room answers is of the question's type. */
export async function question<T extends QueryType>(
  request: Request,
  room_id: RoomId,
  asked: { readonly type: T; readonly [field: string]: unknown },
): Promise<QueryAnswer<T>> {
  const { caller } = await identityOf(request);
  const answer = await roomActor(contextOf(request).env, room_id).ask(caller, asked);
  return valueOf(answer) as QueryAnswer<T>;
}
