import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { type Names, wordsFor } from "../../schema/text/names.ts";
import { parse } from "../../schema/text/parse.ts";
import { HIDDEN, plainText } from "../../schema/text/plain.ts";
import type { Block, Inline, Item, List, Table, Tree } from "../../schema/text/tree.ts";
import { inlinesIn } from "../../schema/text/walk.ts";
import { roomPath } from "../models/route.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";

/** What was written, as what it means. Everything that somebody chose is a text node or a URL that the tree allows. */
export function MessageText({ source, author }: { source: string; author: UserId }) {
  const tree = useMemo(() => parse(source), [source]);
  const names = useNames(tree, author);
  return (
    <div class={tree.action ? "said action" : "said"}>
      {tree.action ? <bdi>{names.user(author) ?? t("timeline.unnamed")} </bdi> : null}
      <Blocks blocks={tree.blocks} names={names} />
    </div>
  );
}

/** Who said what in one line, for where a message is told of and not read. */
export function Told({ source, author }: { source: string; author: UserId }) {
  const tree = useMemo(() => parse(source), [source]);
  const names = useNames(tree, author);
  const name = names.user(author) ?? t("timeline.unnamed");
  const text = plainText(tree, { ...names, author: name }, { one_line: true });
  return <>{tree.action ? text : t("message.announce", { name, text })}</>;
}

/** What the ids in a text are called, as far as one knows them oneself; who is not known yet is asked for. */
function useNames(tree: Tree, author: UserId): Names {
  const { people, inbox } = useApp();
  useEffect(() => {
    const called = [...inlinesIn(tree)].flatMap((one) => (one.type === "user" ? one.user_id : []));
    people.want([author, ...called]);
  }, [tree, author]);
  const user = (user_id: UserId) => people.known.value.get(user_id)?.display_name;
  return {
    user,
    room(room_id: RoomId) {
      const room = inbox.view.value?.inbox?.rooms.find((one) => one.room_id === room_id);
      if (room === undefined) return undefined;
      return room.with === null ? room.name || undefined : user(room.with);
    },
    emoji: () => undefined,
  };
}

function Blocks({ blocks, names }: { blocks: readonly Block[]; names: Names }) {
  return blocks.map((block, at) => <BlockView key={at} block={block} names={names} />);
}

function BlockView({ block, names }: { block: Block; names: Names }) {
  switch (block.type) {
    case "paragraph":
      return <p>{inlines(block.children, names)}</p>;
    case "heading":
      // Not a heading of the page: whoever walks through those does not want every message's.
      return <p class={`heading heading-${block.level}`}>{inlines(block.children, names)}</p>;
    case "quote":
      return (
        <blockquote>
          <Blocks blocks={block.children} names={names} />
        </blockquote>
      );
    case "list":
      return <ListView list={block} names={names} />;
    case "code":
      return (
        <pre dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "table":
      return <TableView table={block} names={names} />;
    case "rule":
      return <hr />;
  }
}

function ListView({ list, names }: { list: List; names: Names }) {
  const items = list.items.map((item, at) => (
    <li key={at} class={item.checked === null ? undefined : "task"}>
      <ItemView item={item} tight={list.tight} names={names} />
    </li>
  ));
  return list.start === null ? <ul>{items}</ul> : <ol start={list.start}>{items}</ol>;
}

function ItemView({ item, tight, names }: { item: Item; tight: boolean; names: Names }) {
  return (
    <>
      {item.checked === null ? null : (
        <input
          type="checkbox"
          checked={item.checked}
          disabled
          aria-label={t(item.checked ? "message.done" : "message.not_done")}
        />
      )}
      {item.children.map((block, at) =>
        tight && block.type === "paragraph" ? (
          <Fragment key={at}>{inlines(block.children, names)}</Fragment>
        ) : (
          <BlockView key={at} block={block} names={names} />
        ),
      )}
    </>
  );
}

function TableView({ table, names }: { table: Table; names: Names }) {
  const cells = (row: Table["head"], Tag: "th" | "td") => (
    <tr>
      {row.map((cell, at) => (
        <Tag key={at} class={`to-${table.align[at] ?? "start"}`}>
          {inlines(cell, names)}
        </Tag>
      ))}
    </tr>
  );
  return (
    <div class="table" tabIndex={0}>
      <table>
        <thead>{cells(table.head, "th")}</thead>
        <tbody>
          {table.rows.map((row, at) => (
            <Fragment key={at}>{cells(row, "td")}</Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const inlines = (list: readonly Inline[], names: Names) =>
  list.map((inline, at) => <InlineView key={at} inline={inline} names={names} />);

function InlineView({ inline, names }: { inline: Inline; names: Names }) {
  switch (inline.type) {
    case "text":
      return <>{inline.text}</>;
    case "break":
      return <br />;
    case "code":
      return <code dir="ltr">{inline.text}</code>;
    case "emphasis":
      return <em>{inlines(inline.children, names)}</em>;
    case "strong":
      return <strong>{inlines(inline.children, names)}</strong>;
    case "strike":
      return <del>{inlines(inline.children, names)}</del>;
    case "spoiler":
      return <Spoiler inside={inline.children} names={names} />;
    case "link":
      return (
        <a href={inline.url} target="_blank" rel="noopener noreferrer nofollow">
          {inlines(inline.children, names)}
        </a>
      );
    case "room":
      return (
        <a href={roomPath(inline.room_id)}>
          <bdi>{wordsFor(inline, names)}</bdi>
        </a>
      );
    default:
      return <bdi class="called">{wordsFor(inline, names)}</bdi>;
  }
}

/** What is under it is not on the page before it was asked for. */
function Spoiler({ inside, names }: { inside: readonly Inline[]; names: Names }) {
  const open = useSignal(false);
  if (open.value)
    return (
      <span class="spoiler" tabIndex={-1} ref={(here) => here?.focus()}>
        {inlines(inside, names)}
      </span>
    );
  return (
    <button
      class="spoiler"
      type="button"
      aria-label={t("message.spoiler")}
      onClick={() => (open.value = true)}
    >
      {HIDDEN}
    </button>
  );
}
