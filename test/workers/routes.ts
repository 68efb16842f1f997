import { limits } from "../../schema/limits.ts";
import { openApi } from "../../workers/api/api.ts";

/** Every route of the API, as its document has them: a new one joins every walk by itself. */
export interface Route {
  /** Its method and its path: what a failed test is called by. */
  name: string;
  method: string;
  path: string;
  isPublic: boolean;
  /** A body that is right, as the document shows it; undefined where the route takes none. */
  body: Record<string, unknown> | undefined;
  /** The body's fields that must be there, as far as the document says it in one place. */
  required: readonly string[];
  /** What the body may hold. */
  body_bytes: number;
}

interface Operation {
  security: unknown[];
  "x-body-bytes"?: number;
  requestBody?: {
    content: {
      "application/json": { schema: { $ref: string }; example: Record<string, unknown> };
    };
  };
}

const { paths, components } = openApi();
const schemas = components["schemas"] as Record<string, { required?: string[] }>;

export const routes: readonly Route[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const {
      security,
      requestBody,
      "x-body-bytes": body_bytes = limits.frame_bytes,
    } = operation as unknown as Operation;
    const content = requestBody?.content["application/json"];
    const schema = content?.schema.$ref.split("/").at(-1) ?? "";
    return {
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      isPublic: security.length === 0,
      body: content?.example,
      required: schemas[schema]?.required ?? [],
      body_bytes,
    };
  }),
);

/** A path with ids in the place of their names. */
export function filled(path: string, ids: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? `no-${name}`),
  );
}
