/** The parts of an OpenAPI 3.1 document that are shown. Anything may be missing: a page about an API must not break. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  [word: string]: unknown;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
  description?: string;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: Schema;
  }[];
  requestBody?: Content;
  responses?: Record<string, Content>;
  "x-refusals"?: string[];
}

export interface ApiDocument {
  info?: { title?: string; version?: string; description?: string };
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Entry {
  id: string;
  method: string;
  path: string;
  operation: Operation;
}

const methods = ["get", "post", "put", "patch", "delete"];

/** Operations by their first tag, in the order of the document. */
export function byTag({ paths = {} }: ApiDocument): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? "other";
      const id = operation.operationId ?? `${method}-${path.replaceAll(/\W+/g, "-")}`;
      groups.set(tag, [...(groups.get(tag) ?? []), { id, method, path, operation }]);
    }
  }
  return groups;
}

export const schemaName = (schema: Schema | undefined): string | null =>
  schema?.$ref?.split("/").at(-1) ?? null;

export const schemaOf = (content: Content | undefined): Schema | undefined =>
  Object.values(content?.content ?? {})[0]?.schema;

/** Successes are told one by one; what can go wrong is one list of codes. */
export const successes = ({ responses = {} }: Operation) =>
  Object.entries(responses).filter(([status]) => status < "400");

/** In a few words: `string`, `string · at most 64`, `Receipt`. */
export function typeWords(schema: Schema | undefined): string {
  if (schema === undefined) return "";
  const name = schemaName(schema);
  if (name !== null) return name;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any");
  const bounds = ["minimum", "maximum", "minLength", "maxLength", "default"]
    .filter((word) => typeof schema[word] === "number")
    .map((word) => `${word} ${String(schema[word])}`);
  return [type, ...bounds].join(" · ");
}
