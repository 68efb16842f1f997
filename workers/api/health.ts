import { Elysia } from "elysia";
import { LiveSchema, ReadySchema } from "../../schema/http.ts";
import { wire } from "../../schema/version.ts";
import { contextOf } from "../context.ts";
import { checkReadiness } from "../services/readiness.ts";
import { operation } from "./operation.ts";

const live = operation("health", "getLive", "Whether the Worker answers", { public: true });
const ready = operation(
  "health",
  "getReady",
  "Whether every part that a request may need answers; 503 if not",
  {
    public: true,
  },
);

export const health = new Elysia({ prefix: "/v1/health" })
  .get("/live", () => ({ status: "live" as const, version: wire.version }), {
    ...live,
    response: { 200: LiveSchema },
  })
  .get(
    "/ready",
    async ({ request, status }) => {
      const { env, log } = contextOf(request);
      const answer = await checkReadiness(env, log);
      return answer.status === "ready" ? status(200, answer) : status(503, answer);
    },
    { ...ready, response: { 200: ReadySchema, 503: ReadySchema } },
  );
