import type { Down } from "../schema/frames/down.ts";
import type { Hello } from "../schema/frames/hello.ts";
import type { ChannelStatus } from "./channel.ts";
import type { Taken } from "./log.ts";
import { showPending } from "./optimistic.ts";
import type { Fault } from "./proof.ts";
import { createParts, type RoomDeps } from "./room-parts.ts";
import type { RoomHandle, RoomState } from "./room-state.ts";
import { firstSeqOf } from "./slices/room.ts";
import { createWishes } from "./wishes.ts";

/** One room, put together from its parts: line, log, outbox, proof. */
export function createRoom(deps: RoomDeps): RoomHandle & { open(): void; signOut(): void } {
  const { room_id, me } = deps;
  const listeners = new Set<(state: RoomState) => void>();
  let role: RoomState["role"] = null;
  let shown: RoomState | null = null;
  let telling = false;

  const parts = createParts(deps, { onHello, onFrame, onStatus, onStorageFailed, changed, refuse });
  const { channel, log, outbox, proof, gaps, asking, unsure, records, delivery, reading } = parts;

  function onHello(hello: Hello) {
    if (hello.room_id !== room_id) return "elsewhere";
    role = hello.role;
    return hello.user_id === me ? "welcome" : "stranger";
  }

  function onFrame(frame: Exclude<Down, Hello>): void {
    if (frame.type === "accepted") {
      if (frame.receipt !== null) log.announce(frame.receipt.head);
      gaps.look();
      return delivery.accepted(frame);
    }
    if (frame.type === "answer") return asking.answered(frame);
    if (frame.type === "refused") {
      if (frame.ref !== undefined) asking.refused(frame.ref, frame.refusal);
      return delivery.refused(frame);
    }
    // Signals are about who is here now and how far they are, and say nothing of the log.
    if (frame.type !== "events" && frame.type !== "snapshot") return;
    const taken = log.take(frame);
    if (frame.type === "snapshot") {
      delivery.startedOver(frame);
      records.startedOver();
    }
    delivery.applied(taken.applied, me);
    records.applied(taken.applied);
    follow(taken);
    if (frame.type === "events" && frame.ref !== undefined) gaps.answered(frame.ref);
    gaps.look();
    unsure.look();
    proof.note(log.head());
    changed();
  }

  function follow({ stale, fault }: Taken): void {
    if (stale) log.forgetPosition();
    if (stale) channel.distrust();
    if (fault !== null) refuse(fault.seq, fault.kind);
  }

  /** What is not true is not believed, and whoever said it is asked again over a new line, with patience. */
  function refuse(seq: number, kind: Fault["kind"]): void {
    proof.report(seq, kind);
    channel.distrust();
  }

  function onStatus(status: ChannelStatus): void {
    if (status.name === "online") {
      gaps.look();
      unsure.look();
      delivery.pump();
      reading.online();
    } else {
      gaps.forget();
      asking.lineDown();
      log.forgetHeld();
      delivery.lineDown();
    }
    changed();
  }

  function onStorageFailed(): void {
    // The command is sent from memory; only a reload before its answer would lose it.
  }

  function changed(): void {
    shown = null;
    if (telling) return;
    telling = true;
    queueMicrotask(() => {
      telling = false;
      for (const listener of [...listeners]) listener(state());
    });
  }

  function state(): RoomState {
    const data = log.data();
    shown ??= {
      room_id,
      me,
      status: channel.status(),
      room: data.room,
      role: data.self?.role ?? role,
      muted_until: data.self?.muted_until ?? null,
      members: data.members,
      member_count: data.member_count,
      messages: showPending(data.messages, outbox.entries(), me),
      has_earlier: records.hasEarlier(),
      waiting_commands: outbox.entries().filter((entry) => entry.state !== "failed").length,
      refused: outbox.entries().filter((entry) => entry.state === "failed"),
      proof: {
        complete_through: data.position?.seq ?? 0,
        verified_since: log.verifiedSince(),
        first_seq: firstSeqOf(data),
        head: proof.head(),
        faults: proof.faults(),
      },
    };
    return shown;
  }

  return {
    room_id,
    state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ...createWishes({ outbox, pump: delivery.pump, onChange: changed }),
    ask: async (question) => (await asking.ask(question)).answer,
    loadEarlier: records.loadEarlier,
    verify: records.verify,
    read: reading.read,
    receipt: async (command_id) => {
      const receipt = delivery.receiptOf(command_id);
      return receipt === null
        ? null
        : { receipt, verdict: await records.proveReceipt(receipt, command_id) };
    },
    wake: channel.wake,
    signOut: channel.signOut,
    open: () => void outbox.load().catch(onStorageFailed).then(channel.open).then(changed),
    close() {
      reading.tell();
      channel.close("closed");
      deps.onClose();
    },
  };
}
