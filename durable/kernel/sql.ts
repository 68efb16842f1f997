import { limits } from "../../schema/limits.ts";
import type { SqlPort, SqlValue } from "./host.ts";

/**
 * A statement with named parameters: `statement<{ seq: number }, LogRow>("… WHERE seq = :seq")`.
 * Names are turned into positions once, at the first use, so that loading a module costs nothing.
 */
export interface Statement<Params, Row> {
  all(sql: SqlPort, params: Params): Row[];
  one(sql: SqlPort, params: Params): Row | null;
  run(sql: SqlPort, params: Params): void;
}

export function statement<Params extends object, Row extends object = never>(
  text: string,
): Statement<Params, Row> {
  let compiled: { query: string; names: readonly string[] } | null = null;
  const exec = (sql: SqlPort, params: Params) => {
    compiled ??= compile(text);
    const values = params as Readonly<Record<string, SqlValue>>;
    const bindings = compiled.names.map((name) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`no value for :${name}`);
      return value;
    });
    return sql.exec(compiled.query, bindings) as unknown as Row[];
  };
  return {
    all: exec,
    one: (sql, params) => exec(sql, params)[0] ?? null,
    run: (sql, params) => void exec(sql, params),
  };
}

function compile(text: string): { query: string; names: readonly string[] } {
  const names: string[] = [];
  const query = text.replaceAll(/:([a-z_]+)/g, (_match, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  if (names.length > limits.bound_parameters) throw new RangeError("too many parameters");
  return { query, names };
}

/**
 * One transaction. A callback that returns a promise does not compile: the runtime would commit
 * before the promise settles, and half of the work would be outside.
 */
export function transact<T>(
  sql: SqlPort,
  work: () => T extends PromiseLike<unknown> ? never : T,
): T {
  return sql.transaction<T>(work);
}
