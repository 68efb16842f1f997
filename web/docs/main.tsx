import { render } from "preact";
import { refusalTable } from "../../schema/refusals.ts";
import { t } from "../text.ts";
import { Wordmark } from "../views/wordmark.tsx";
import {
  byTag,
  schemaName,
  schemaOf,
  successes,
  typeWords,
  type ApiDocument,
  type Entry,
  type Schema,
} from "./document.ts";

const SOURCE = "/v1/openapi.json";

function Docs({ document }: { document: ApiDocument }) {
  const groups = [...byTag(document)];
  const schemas = Object.entries(document.components?.schemas ?? {});
  return (
    <main class="docs">
      <Wordmark />
      <h1>{t("docs.title")}</h1>
      <p>{document.info?.description}</p>
      <p class="aside">
        {t("docs.source")} <a href={SOURCE}>{SOURCE}</a>
      </p>
      <nav class="docs-toc" aria-label={t("docs.contents")}>
        <ul>
          {[...groups.map(([tag]) => tag), "refusals", "schemas"].map((tag) => (
            <li key={tag}>
              <a href={`#tag-${tag}`}>{tag}</a>
            </li>
          ))}
        </ul>
      </nav>
      {groups.map(([tag, entries]) => (
        <section key={tag} aria-labelledby={`tag-${tag}`}>
          <h2 id={`tag-${tag}`}>{tag}</h2>
          {entries.map((entry) => (
            <OperationView key={entry.id} {...entry} />
          ))}
        </section>
      ))}
      <Refusals />
      <section aria-labelledby="tag-schemas">
        <h2 id="tag-schemas">{t("docs.schemas")}</h2>
        {schemas.map(([name, schema]) => (
          <details key={name} id={`schema-${name}`}>
            <summary>{name}</summary>
            <SchemaText schema={schema} />
          </details>
        ))}
      </section>
    </main>
  );
}

/** Where the `type` of a problem leads: what the code means, and whether trying again can help. */
function Refusals() {
  return (
    <section aria-labelledby="tag-refusals">
      <h2 id="tag-refusals">{t("docs.refusal_codes")}</h2>
      <ul class="parameters">
        {Object.entries(refusalTable).map(([code, { status, retryable, text }]) => (
          <li key={code} id={code}>
            <code>{code}</code> {status}. {text}{" "}
            {retryable ? <span class="aside">({t("docs.retryable")})</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OperationView({ id, method, path, operation }: Entry) {
  const { parameters = [], requestBody, "x-refusals": refusals = [] } = operation;
  return (
    <article class="operation" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        <span class="method">{method.toUpperCase()}</span>
        <a href={`#${id}`}>{path}</a>
      </h3>
      <p>{operation.summary}</p>
      {operation.description === undefined ? null : <p class="aside">{operation.description}</p>}
      {parameters.length === 0 ? null : (
        <ul class="parameters">
          {parameters.map((parameter) => (
            <li key={`${parameter.in} ${parameter.name}`}>
              <code>{parameter.name}</code> ({parameter.in}
              {parameter.required === true ? `, ${t("docs.required")}` : ""}){" "}
              {typeWords(parameter.schema)}{" "}
              <span class="aside">
                {parameter.description ?? parameter.schema?.["description"]?.toString()}
              </span>
            </li>
          ))}
        </ul>
      )}
      <SchemaLine label={t("docs.body")} schema={schemaOf(requestBody)} />
      {successes(operation).map(([status, content]) => (
        <SchemaLine
          key={status}
          label={`${status} ${content.description ?? ""}`}
          schema={schemaOf(content)}
          always
        />
      ))}
      {refusals.length === 0 ? null : (
        <details>
          <summary>{t("docs.refusals", { count: refusals.length })}</summary>
          <ul class="parameters">
            {refusals.map((code) => (
              <li key={code}>
                <a href={`#${code}`}>
                  <code>{code}</code>
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

/** A named schema is a link to where it stands; another one is shown in place. */
function SchemaLine({
  label,
  schema,
  always = false,
}: {
  label: string;
  schema: Schema | undefined;
  always?: boolean;
}) {
  const name = schemaName(schema);
  if (schema === undefined && !always) return null;
  if (schema === undefined || name !== null) {
    return (
      <p>
        <span class="aside">{label}</span>{" "}
        {name === null ? null : <a href={`#schema-${name}`}>{name}</a>}
      </p>
    );
  }
  return (
    <details>
      <summary>{label}</summary>
      <SchemaText schema={schema} />
    </details>
  );
}

const SchemaText = ({ schema }: { schema: Schema }) => <pre>{JSON.stringify(schema, null, 2)}</pre>;

/** What the address points at is opened: a link to a schema would else lead to a closed line. */
function openTarget(): void {
  const target = window.document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
  target?.scrollIntoView();
}

async function start(place: HTMLElement): Promise<void> {
  const answer = await fetch(SOURCE);
  render(<Docs document={(await answer.json()) as ApiDocument} />, place);
  addEventListener("hashchange", openTarget);
  openTarget();
}

const place = document.getElementById("docs");
if (place !== null) {
  start(place).catch(() => render(<main class="docs">{t("docs.unreachable")}</main>, place));
}
