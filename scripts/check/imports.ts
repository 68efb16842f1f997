import { type Finding, type Gate, type SourceFile, isScript } from "./files.ts";
import { importsOf, targetOf } from "./syntax.ts";

interface Layer {
  readonly name: string;
  /** Which files are in it; the first layer that matches counts. Its first group is the actor's name. */
  readonly files: RegExp;
  /** Where its imports may lead; `$1` stands for the actor. */
  readonly may: readonly string[];
  readonly packages: RegExp;
}

const portable = "valibot|@noble/hashes(/.+)?|canonicalize";
const packages = (names: string) => new RegExp(`^(${names})$`);
const any = /^(?!cloudflare:|zod$).+$/;

const unread = "schema/(?!text/|slash/)";

/** architecture.md §6, from the most particular to the most general. */
const layers: readonly Layer[] = [
  {
    name: "the meaning of message text",
    files: /^schema\/(text|slash)\//,
    may: ["schema/"],
    packages: packages(`${portable}|markdown-it`),
  },
  {
    // The wire and the SDK carry text and do not read it: so they stay without the parser, which is larger than both.
    name: "schema",
    files: /^schema\//,
    may: [unread, "schema/text/emoji\\.ts$"],
    packages: packages(`${portable}|cborg`),
  },
  {
    name: "client",
    files: /^client\//,
    may: ["client/", unread, "schema/text/emoji\\.ts$"],
    packages: packages(portable),
  },
  {
    name: "the web app's configuration",
    files: /^web\/[^/]+\.config\.ts$/,
    may: ["web/"],
    packages: any,
  },
  {
    name: "web",
    files: /^web\//,
    may: ["web/", "client/", "schema/"],
    packages: packages(`${portable}|preact(/.+)?|@preact/.+|@simplewebauthn/browser|uqr`),
  },
  {
    name: "the kernel's Cloudflare host",
    files: /^durable\/kernel\/host-cloudflare\.ts$/,
    may: ["durable/kernel/", "schema/"],
    // Workers have node:crypto, whose signatures and hashes do not wait, as a transaction must not.
    packages: packages(`${portable}|cloudflare:workers|node:crypto`),
  },
  {
    name: "the kernel's Cloudflare actor",
    files: /^durable\/kernel\/actor-cloudflare\.ts$/,
    may: ["durable/kernel/", "schema/"],
    packages: packages(`${portable}|cloudflare:workers`),
  },
  {
    name: "the kernel's local host",
    files: /^durable\/kernel\/host-local\.ts$/,
    may: ["durable/kernel/", "schema/"],
    packages: packages(`${portable}|node:.+`),
  },
  {
    name: "kernel",
    files: /^durable\/kernel\//,
    may: ["durable/kernel/", "schema/"],
    packages: packages(portable),
  },
  {
    name: "an actor's class",
    files: /^durable\/([^/]+)\/\1\.ts$/,
    // Its neighbours are found by their addresses, as from outside: no actor imports another's code.
    may: ["durable/$1/", "durable/kernel/", "durable/address\\.ts$", "schema/"],
    packages: packages(portable),
  },
  {
    name: "an actor's stores",
    files: /^durable\/([^/]+)\/stores\//,
    may: ["durable/$1/stores/", "durable/$1/rules/", "durable/kernel/", "schema/"],
    packages: packages(portable),
  },
  {
    name: "an actor's rules",
    files: /^durable\/([^/]+)\/rules\//,
    may: ["durable/$1/rules/", "durable/kernel/", "schema/"],
    packages: packages(portable),
  },
  {
    name: "an actor's live state",
    files: /^durable\/([^/]+)\/live\//,
    may: [
      "durable/$1/live/",
      "durable/$1/stores/",
      "durable/$1/rules/",
      "durable/$1/context\\.ts$",
      "durable/kernel/",
      "schema/",
    ],
    packages: packages(portable),
  },
  {
    name: "an actor's commands",
    files: /^durable\/([^/]+)\/commands\//,
    may: [
      "durable/$1/commands/",
      "durable/$1/stores/",
      "durable/$1/rules/",
      "durable/$1/live/",
      "durable/$1/context\\.ts$",
      "durable/kernel/",
      "schema/",
    ],
    packages: packages(portable),
  },
  {
    // dispatch, emit, context and their like: below the class, above the commands.
    name: "an actor",
    files: /^durable\/([^/]+)\/[^/]+\.ts$/,
    may: ["durable/$1/(?!$1\\.ts$)", "durable/kernel/", "schema/"],
    packages: packages(portable),
  },
  {
    name: "durable/index.ts",
    files: /^durable\/index\.ts$/,
    may: ["durable/([^/]+)/\\1\\.ts$"],
    packages: packages(""),
  },
  {
    name: "durable/address.ts",
    files: /^durable\/[^/]+\.ts$/,
    may: ["schema/"],
    packages: packages(portable),
  },
  {
    name: "workers/main.ts",
    files: /^workers\/main\.ts$/,
    may: [
      "workers/",
      "schema/",
      "durable/address\\.ts$",
      "durable/index\\.ts$",
      "durable/([^/]+)/\\1\\.ts$",
    ],
    packages: /^.+$/,
  },
  {
    name: "workers",
    files: /^workers\//,
    may: ["workers/(?!main\\.ts$)", "schema/", "durable/address\\.ts$"],
    packages: /^.+$/,
  },
  {
    name: "scripts",
    files: /^scripts\//,
    may: ["scripts/", "schema/", "client/"],
    packages: /^(?!cloudflare:).+$/,
  },
];

/** Every import leads where its layer may reach, to a file that is there, by its full name. */
export const imports: Gate = (files) => {
  const known = new Set(files.map((file) => file.path));
  return files.filter(({ path }) => isScript(path)).flatMap((file) => faultsOf(file, known));
};

function faultsOf(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  const layer = layers.find(({ files }) => files.test(file.path));
  const actor = layer?.files.exec(file.path)?.[1] ?? "";
  return importsOf(file).flatMap(({ from, line }) => {
    const target = targetOf(file.path, from);
    const fault =
      target === null ? packageFault(layer, from) : pathFault(layer, { target, actor, known });
    return fault === null ? [] : [{ path: file.path, line, text: `imports ${from}: ${fault}` }];
  });
}

function packageFault(layer: Layer | undefined, name: string): string | null {
  return layer === undefined || layer.packages.test(name)
    ? null
    : `${layer.name} may not use this package`;
}

function pathFault(
  layer: Layer | undefined,
  { target, actor, known }: { target: string; actor: string; known: ReadonlySet<string> },
): string | null {
  if (!known.has(target) && !target.startsWith("dist/")) return "there is no such file";
  if (layer === undefined) return null;
  const allowed = layer.may.some((pattern) =>
    new RegExp(`^${pattern.replaceAll("$1", actor)}`).test(target),
  );
  return allowed ? null : `${layer.name} may not import ${target}`;
}
