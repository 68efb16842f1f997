import { Elysia } from "elysia";
import { MeSchema } from "../../schema/http.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createDirectory } from "../services/directory.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";

export const me = new Elysia({ prefix: "/v1/me" }).use(signedIn).get(
  "",
  async ({ request, caller, expires_at }) => {
    const { user_id, device_id } = caller;
    const [user] = await createDirectory(contextOf(request).env.DIRECTORY).usersByIds([user_id]);
    // A token outlives its account by minutes.
    if (!user) return refuse("unauthenticated");
    return { user, device_id, expires_at };
  },
  { ...operation("me", "getMe", "Who is signed in here"), response: { 200: MeSchema } },
);
