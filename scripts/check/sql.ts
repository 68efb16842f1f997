import { type Gate, isScript, lineOf } from "./files.ts";
import { nodesOf, stringOf } from "./syntax.ts";

/** Stores, the kernel's own tables, the Worker's services: style.md §14. Tests and tools may look anywhere. */
const homes =
  /^(durable\/[^/]+\/(stores\/|tables\.ts$)|durable\/kernel\/|workers\/services\/|migrations\/|test\/|scripts\/)/;

const forms = [
  String.raw`select\s[\s\S]+?\sfrom\s`,
  String.raw`select\s+\w+\s*\(`,
  String.raw`(insert|replace)\s+(or\s+\w+\s+)?into\s`,
  String.raw`update\s+(or\s+\w+\s+)?[\w"]+\s+set\s`,
  String.raw`delete\s+from\s`,
  String.raw`create\s+(temp(orary)?\s+)?(virtual\s+)?(unique\s+)?(table|index|trigger|view)\s`,
  String.raw`(alter|drop)\s+(table|index|trigger|view)\s`,
  String.raw`pragma\s+\w`,
  String.raw`with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s*\(`,
].join("|");
// All small or all capital, as SQL is written: a sentence for people begins with one capital.
const statement = new RegExp(
  String.raw`^\s*(?:${forms}|${forms.replace(/(?<!\\)\b[a-z]{2,}\b/g, (word) => word.toUpperCase())})`,
);

export const sql: Gate = (files) =>
  files
    .filter(({ path }) => isScript(path) && !homes.test(path))
    .flatMap((file) =>
      nodesOf(file)
        .filter((node) => statement.test(stringOf(node) ?? ""))
        .map((node) => ({
          path: file.path,
          line: lineOf(file.text, node.start),
          text: "SQL outside a store",
        })),
    );
