import { headStatement, toBase64Url } from "../../schema/chain.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { Head, Receipt } from "../../schema/receipt.ts";
import type { RoomContext } from "./context.ts";
import { heads } from "./stores/heads.ts";
import { log } from "./stores/log.ts";
import type { RoomRow } from "./stores/room.ts";

/** Signs the newest entry of a flush, in the transaction that wrote it: one signature for all of them. */
export function seal({ host }: RoomContext, room: RoomRow, newest: LogEvent): void {
  const { key_id } = host.signer;
  const { seq, hash } = newest;
  const statement = headStatement({ room_id: room.room_id, epoch: room.epoch, seq, hash, key_id });
  heads.add(host.sql, { seq, key_id, signature: toBase64Url(host.signer.sign(statement)) });
}

/** The first signed head that vouches for an entry: the same for its first receipt and for every later one. */
export function headFor(
  { host: { sql } }: RoomContext,
  { room_id, epoch }: RoomRow,
  seq: number,
): Head {
  const row = heads.covering(sql, seq);
  const entry = row && log.at(sql, row.seq);
  if (!row || !entry) throw new Error(`no head covers seq ${seq}`);
  return {
    room_id,
    epoch,
    seq: row.seq,
    hash: entry.hash,
    key_id: row.key_id,
    signature: row.signature,
  };
}

export function receiptFor(context: RoomContext, room: RoomRow, seq: number): Receipt {
  const entry = log.at(context.host.sql, seq);
  if (!entry) throw new Error(`no entry with seq ${seq}`);
  const { body: _body, salt: _salt, ...said } = entry;
  const { room_id, epoch } = room;
  return { room_id, epoch, ...said, head: headFor(context, room, seq) };
}
