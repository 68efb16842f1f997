import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Device } from "../../schema/device.ts";
import type { DeviceId } from "../../schema/ids.ts";
import { fullText } from "../platform/dates.ts";
import { t } from "../text.ts";
import { RenameForm } from "./rename-form.tsx";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { useLoaded, WorkButton } from "./work.tsx";

export function DevicesSection({ here }: { here: DeviceId }) {
  const { account, inbox } = useApp();
  const { value, problem, again } = useLoaded(account.devices);
  const others = useSignal("");
  // The inbox tells when one comes or goes; what it was last seen at is read anew.
  const known = inbox.view.value?.inbox?.devices.map(({ device_id, name }) => device_id + name);
  useEffect(() => void again(), [known?.join(" ")]);
  const devices = value.value ?? [];
  return (
    <Section title={t("devices.title")}>
      <p class="problem" role="alert">
        {problem}
      </p>
      <ul class="rows" aria-label={t("devices.title")}>
        {devices.map((device) => (
          <DeviceRow
            key={device.device_id}
            device={device}
            isHere={device.device_id === here}
            onChange={again}
          />
        ))}
      </ul>
      <WorkButton
        class=""
        work={async () => {
          await account.signOutOthers();
          others.value = t("devices.others_done");
          await again();
        }}
      >
        {t("devices.others")}
      </WorkButton>
      <p class="aside" role="status">
        {others}
      </p>
    </Section>
  );
}

interface DeviceRowProps {
  device: Device;
  isHere: boolean;
  onChange(): Promise<void>;
}

function DeviceRow({ device, isHere, onChange }: DeviceRowProps) {
  const { account } = useApp();
  const { device_id, name, place, last_seen_at } = device;
  const seen = isHere ? t("devices.this") : t("devices.seen", { time: fullText(last_seen_at) });
  return (
    <li>
      <details>
        <summary>
          <bdi>{name}</bdi>{" "}
          <span class="aside">{[place, seen].filter((part) => part !== "").join(", ")}</span>
        </summary>
        <RenameForm
          name={name}
          rename={async (to) => {
            await account.renameDevice(device_id, to);
            await onChange();
          }}
        />
      </details>
      {isHere ? null : (
        <WorkButton
          label={t("devices.sign_out_of", { name })}
          work={async () => {
            await account.signOutDevice(device_id);
            await onChange();
          }}
        >
          {t("devices.sign_out")}
        </WorkButton>
      )}
    </li>
  );
}
