import * as v from "valibot";
import * as z from "zod";
import { UserIdSchema } from "../schema/ids.ts";
import type { ArchiveNotice } from "../schema/rpc.ts";
import { logLevels } from "../schema/telemetry.ts";

/**
 * The bindings of wrangler.toml, narrowed once. The actors' namespace is not narrowed here: the platform's RPC types
 * turn every `unknown` in an answer into `never`, so durable/address.ts alone says what an actor offers.
 */
export type Bindings = Omit<Env, "ARCHIVE_QUEUE"> & { ARCHIVE_QUEUE: Queue<ArchiveNotice> };

/** The archive's databases in their order, which is part of where a room lies: append, never reorder. */
export function historyDatabases(
  env: Pick<Bindings, "HISTORY_0" | "HISTORY_1">,
): readonly D1Database[] {
  return [env.HISTORY_0, env.HISTORY_1];
}

/** 32 bytes in base64url. */
const KEY_PART = /^[A-Za-z0-9_-]{43}$/;

const SigningKeySchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  kid: z.string().min(1),
  x: z.string().regex(KEY_PART),
  /** Absent for a key that was retired: it verifies, and signs nothing any more. */
  d: z.string().regex(KEY_PART).optional(),
});
export type SigningKey = z.infer<typeof SigningKeySchema>;

const JsonSchema = z.string().transform((text, check) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    check.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

const KeyListSchema = JsonSchema.pipe(z.array(SigningKeySchema).min(1))
  .refine((keys) => keys[0]?.d !== undefined, "the first key must have its private part")
  .refine(
    (keys) => new Set(keys.map((key) => key.kid)).size === keys.length,
    "two keys have the same kid",
  );

const OriginsSchema = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
  )
  .refine(
    (origins) => origins.every(isOrigin),
    "each must be an origin such as https://chat.example.org",
  )
  .transform((origins): ReadonlySet<string> => new Set(origins));

const ProviderSchema = z.strictObject({
  provider_id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  name: z.string().min(1).max(60),
  issuer: z.url().refine(isIssuer, "https, or http on this very machine"),
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
});
export type Provider = z.infer<typeof ProviderSchema>;

const DomainsSchema = z.string().transform((text): ReadonlySet<string> => {
  const domains = text.split(",").map((domain) => domain.trim().toLowerCase());
  return new Set(domains.filter((domain) => domain !== ""));
});

const OperatorsSchema = z
  .string()
  .transform((text) => text.split(",").map((id) => id.trim()))
  .transform((ids) => ids.filter((id) => id !== ""))
  .refine((ids) => ids.every((id) => v.is(UserIdSchema, id)), "each must be the id of a user")
  .transform((ids): ReadonlySet<string> => new Set(ids));

const ConfigurationSchema = z.object({
  DEPLOYMENT_NAME: z.string().min(1).max(60),
  REGISTRATION: z.enum(["open", "invited", "closed"]),
  MAIL_DOMAINS: DomainsSchema,
  OPERATORS: OperatorsSchema,
  MINIMUM_AGE: z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number),
  GUESTS: z.enum(["on", "off"]),
  /** Read by the inboxes; it stands here so that a wrong one is named at the first request. */
  SOCKETS_PER_USER: z.string().regex(/^[1-9]\d{0,2}$/),
  WELCOME: z.enum(["on", "off"]),
  OIDC_PROVIDERS: JsonSchema.pipe(z.array(ProviderSchema)).refine(
    (providers) => new Set(providers.map((one) => one.provider_id)).size === providers.length,
    "two providers have the same provider_id",
  ),
  MAIL_DELIVERY: z.enum(["binding", "outbox"]),
  MAIL_FROM: z.email(),
  ADDRESS_FROM: z.enum(["edge", "none"]),
  CORS_ORIGINS: OriginsSchema,
  LOG_LEVEL: z.enum(logLevels),
  RECEIPT_KEYS: KeyListSchema,
  TOKEN_KEYS: KeyListSchema,
});
export type Configuration = Readonly<z.output<typeof ConfigurationSchema>>;

const read = new WeakMap<object, Configuration>();

/**
 * Read at the first request and then kept: a module that throws while it loads cannot say which setting is wrong.
 * The error names settings and never repeats a value, since some of them are secrets.
 */
export function configuration(env: Pick<Bindings, keyof Configuration>): Configuration {
  const known = read.get(env);
  if (known) return known;
  const parsed = ConfigurationSchema.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} (${issue.code})`);
    throw new Error(`The configuration is not valid: ${faults.join(", ")}. See docs/deploy.md.`);
  }
  read.set(env, parsed.data);
  return parsed.data;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Who says who somebody is, says it over a line that nobody else speaks on. */
export function isLoopback({ hostname }: Pick<URL, "hostname">): boolean {
  return LOOPBACK.has(hostname);
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}
