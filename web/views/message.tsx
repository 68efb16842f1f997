import { useSignal } from "@preact/signals";
import type { RoomHandle, RoomState, ShownMessage } from "../../client/index.ts";
import type { CommandId, UserId } from "../../schema/ids.ts";
import type { Permission } from "../../schema/permissions.ts";
import { hindrance } from "../models/standing.ts";
import { isChangeable, isEditable } from "../models/timeline.ts";
import { fullText, machineTime, timeText } from "../platform/dates.ts";
import { counted, t } from "../text.ts";
import { useApp } from "./context.ts";
import { MessageText } from "./message-text.tsx";

interface MessageProps {
  message: ShownMessage;
  opens: boolean;
  state: RoomState;
  handle: RoomHandle;
  onEdit(message: ShownMessage): void;
  onReceipt(command_id: CommandId): void;
}

/** One entry of the record: its number in the margin, then who and what. */
export function MessageView({ message, opens, state, handle, onEdit, onReceipt }: MessageProps) {
  const { people, inbox } = useApp();
  const author = people.known.value.get(message.author);
  const name = author?.display_name ?? t("timeline.unnamed");
  const heading = `${message.message_id}-head`;
  const recorded = message.seq !== Number.MAX_SAFE_INTEGER;
  return (
    <article
      class={`message ${message.state}`}
      aria-labelledby={heading}
      tabIndex={-1}
      data-message-id={message.message_id}
    >
      <span
        class="number"
        title={recorded ? t("message.entry", { seq: message.seq }) : t("message.unnumbered")}
      >
        {recorded ? message.seq : "·"}
      </span>
      <header id={heading} class={opens ? "message-head" : "visually-hidden"}>
        <bdi class="author" title={author === undefined ? undefined : `@${author.handle}`}>
          {name}
        </bdi>{" "}
        <time dateTime={machineTime(message.at)} title={fullText(message.at)}>
          {timeText(message.at)}
        </time>
      </header>
      {inbox.blocked.value.has(message.author) ? (
        <p class="tombstone">{t("message.blocked")}</p>
      ) : (
        <Words message={message} />
      )}
      {message.thread === null ? null : (
        <p class="aside">
          {counted("message.replies_one", "message.replies", message.thread.replies)}
        </p>
      )}
      {message.state === "sent" ? null : <Delivery message={message} handle={handle} />}
      {message.author === state.me && isChangeable(message) ? (
        <Actions
          message={message}
          state={state}
          handle={handle}
          onEdit={onEdit}
          onReceipt={onReceipt}
        />
      ) : null}
    </article>
  );
}

function Words({ message }: { message: ShownMessage }) {
  const nameOf = useNames();
  const { author, deleted_at, deleted_by, forwarded } = message;
  if (message.text === null) {
    const by_other = deleted_by !== null && deleted_by !== author;
    return (
      <p class="tombstone">
        {by_other
          ? t("message.deleted_by", { name: nameOf(deleted_by) })
          : t(deleted_at === null ? "message.erased" : "message.deleted")}
      </p>
    );
  }
  return (
    <div class="words" dir="auto">
      {forwarded === null ? null : (
        <small class="edited">
          {t("message.forwarded", { name: nameOf(forwarded.author) })}
          <br />
        </small>
      )}
      <MessageText source={message.text} author={author} />
      {message.large === null ? null : <small class="edited"> {t("message.large")}</small>}
      {message.edited_at === null ? null : (
        <small class="edited" title={t("message.edited_at", { time: fullText(message.edited_at) })}>
          {" "}
          {t("message.edited")}
        </small>
      )}
    </div>
  );
}

function useNames() {
  const { people } = useApp();
  return (user_id: UserId) =>
    people.known.value.get(user_id)?.display_name ?? t("timeline.unnamed");
}

const failures = {
  send: "message.failed_send",
  edit: "message.failed_edit",
  delete: "message.failed_delete",
  restore: "message.failed_restore",
  react: "message.failed_mark",
  unreact: "message.failed_mark",
  pin: "message.failed_mark",
  unpin: "message.failed_mark",
} as const;

function Delivery({ message, handle }: { message: ShownMessage; handle: RoomHandle }) {
  const { state, pending, change, refusal } = message;
  if (state === "sending") return <p class="delivery">{t("message.sending")}</p>;
  if (pending === null || change === null) return null;
  return (
    <p class="delivery failed" role="alert">
      {t(failures[change], { reason: refusal?.text ?? "" })}{" "}
      <button class="link" type="button" onClick={() => handle.retry(pending)}>
        {t("message.retry")}
      </button>{" "}
      <button class="link" type="button" onClick={() => handle.discard(pending)}>
        {t("message.discard")}
      </button>
    </p>
  );
}

function Actions({ message, state, handle, onEdit, onReceipt }: Omit<MessageProps, "opens">) {
  const sure = useSignal(false);
  const may = (permission: Permission) => hindrance(state, permission, Date.now()) === null;
  if (sure.value) {
    const remove = () => {
      handle.delete(message.message_id);
      document.getElementById("composer")?.focus();
    };
    return (
      <div class="actions asking" role="group" aria-label={t("message.delete_sure")}>
        <span>{t("message.delete_sure")}</span>
        <button class="danger" type="button" onClick={remove}>
          {t("message.delete_yes")}
        </button>
        {/* The safe answer is the one that Enter gives. */}
        <button
          type="button"
          ref={(button) => button?.focus()}
          onClick={() => (sure.value = false)}
        >
          {t("message.keep")}
        </button>
      </div>
    );
  }
  const command_id = `command_${message.message_id.slice("message_".length)}` as CommandId;
  return (
    <div class="actions">
      {isEditable(message) && may("message.edit_own") ? (
        <button class="quiet" type="button" onClick={() => onEdit(message)}>
          {t("message.edit")}
        </button>
      ) : null}
      {may("message.delete_own") ? (
        <button class="quiet" type="button" onClick={() => (sure.value = true)}>
          {t("message.delete")}
        </button>
      ) : null}
      {message.state === "sent" ? (
        <button class="quiet" type="button" onClick={() => onReceipt(command_id)}>
          {t("message.receipt")}
        </button>
      ) : null}
    </div>
  );
}
