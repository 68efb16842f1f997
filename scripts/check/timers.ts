import { type Gate, isScript, lineOf } from "./files.ts";
import { nodesOf } from "./syntax.ts";

/** A timer that repeats keeps an actor from hibernating for ever: alarms are the only clock. style.md §16. */
export const timers: Gate = (files) =>
  files
    .filter(({ path }) => path.startsWith("durable/") && isScript(path))
    .flatMap((file) =>
      nodesOf(file)
        .filter(({ type, name }) => type === "Identifier" && name === "setInterval")
        .map((node) => ({
          path: file.path,
          line: lineOf(file.text, node.start),
          text: "uses setInterval",
        })),
    );
