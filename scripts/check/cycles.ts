import { type Gate, isScript } from "./files.ts";
import { importsOf, targetOf } from "./syntax.ts";

/** No file needs itself, over however many others; what it needs of types only counts too. */
export const cycles: Gate = (files) => {
  const graph = new Map(
    files
      .filter(({ path }) => isScript(path))
      .map((file) => [
        file.path,
        importsOf(file).flatMap(({ from }) => targetOf(file.path, from) ?? []),
      ]),
  );
  const done = new Set<string>();
  const found = new Map<string, string[]>();
  for (const path of graph.keys()) walk(path, [], { graph, done, found });
  return [...found.values()].map((cycle) => ({
    path: cycle[0] ?? "",
    text: `is in a cycle: ${cycle.join(" → ")}`,
  }));
};

interface Walk {
  readonly graph: ReadonlyMap<string, readonly string[]>;
  readonly done: Set<string>;
  readonly found: Map<string, string[]>;
}

function walk(path: string, trail: readonly string[], state: Walk): void {
  const at = trail.indexOf(path);
  if (at >= 0) {
    const cycle = trail.slice(at);
    state.found.set(cycle.toSorted().join("\n"), [...cycle, path]);
    return;
  }
  if (state.done.has(path)) return;
  for (const target of state.graph.get(path) ?? []) walk(target, [...trail, path], state);
  state.done.add(path);
}
