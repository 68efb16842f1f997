import type { DeviceId } from "../../schema/ids.ts";
import type { Host } from "../kernel/host.ts";
import { isMigrated } from "../kernel/migrate.ts";
import { apiTokens } from "./stores/api-tokens.ts";
import { devices } from "./stores/devices.ts";

/** Whether a device, or the token of a program, is signed in. */
export function holdsHere({ sql, now }: Host, device_id: DeviceId): boolean {
  if (!isMigrated(sql)) return false;
  const holder = devices.find(sql, device_id) ?? apiTokens.find(sql, device_id);
  return holder !== null && holder.expires_at > now();
}
