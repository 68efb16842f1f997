import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import { DeviceSchema } from "../../schema/device.ts";
import { DevicesSchema, RenameBodySchema } from "../../schema/http-account.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { DevicePathSchema } from "./paths.ts";
import { endDevice } from "./ending.ts";

const list = operation("devices", "listDevices", "Where one is signed in", {
  account: true,
  refusals: ["not_found"],
});
const rename = operation("devices", "renameDevice", "Name one of one's devices", { account: true });
const end = operation("devices", "endDevice", "Sign one of one's devices out", { account: true });

/** The devices of who asks. Another's are not there. */
export const devices = new Elysia({ prefix: "/v1/me/devices" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      return { devices: valueOf(await inbox.devices(caller)) };
    },
    { ...list, response: { 200: DevicesSchema } },
  )
  .patch(
    "/:device_id",
    async ({ request, params, body, caller }) => {
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      return valueOf(await inbox.renameDevice(caller, params.device_id, body.name));
    },
    {
      ...signedInBody(RenameBodySchema),
      ...rename,
      params: DevicePathSchema,
      response: { 200: DeviceSchema },
    },
  )
  .delete(
    "/:device_id",
    async ({ request, params, caller, set }) => {
      await endDevice(contextOf(request), caller.user_id, params.device_id);
      set.status = 204;
    },
    { ...noBody, ...end, params: DevicePathSchema },
  );
