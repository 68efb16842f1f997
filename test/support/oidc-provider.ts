import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";
import type { Loopback } from "./loopback.ts";

/** A real OpenID provider, with pages of its own to sign in on: whoever gives a name there is who has that name. */
export interface ForeignPerson {
  preferred_username?: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  birthdate?: string;
}

export const CLIENT_ID = "quoth";
export const PUBLIC_CLIENT_ID = "quoth-public";

/** One for all that are served in turn: who knows a key by its name asks for it once. */
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

export function serveProvider(
  server: Loopback,
  {
    origin,
    client_secret,
    people,
  }: {
    /** Ours: who signs in there comes back to it. */
    origin: string;
    client_secret: string;
    /** By their subject, which is also what they sign in with there. */
    people: Readonly<Record<string, ForeignPerson>>;
  },
): void {
  const client = {
    redirect_uris: [`${origin}/v1/auth/oidc/callback`],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  };
  const key = {
    ...privateKey.export({ format: "jwk" }),
    use: "sig",
    kid: "provider",
    alg: "RS256",
  };
  const provider = new Provider(server.origin, {
    clients: [
      { ...client, client_id: CLIENT_ID, client_secret },
      { ...client, client_id: PUBLIC_CLIENT_ID, token_endpoint_auth_method: "none" },
    ],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    claims: {
      openid: ["sub"],
      profile: ["preferred_username", "name", "birthdate"],
      email: ["email", "email_verified"],
    },
    findAccount: (_context: unknown, subject: string) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...people[subject] }),
    }),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
  });
  server.serve(provider.callback());
}
