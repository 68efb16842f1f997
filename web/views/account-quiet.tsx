import { useSignal } from "@preact/signals";
import type { Settings } from "../../schema/settings.ts";
import { minuteOf, minuteText } from "../platform/dates.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Check, Field } from "./field.tsx";
import { Section } from "./section.tsx";
import { WorkForm } from "./work.tsx";

type QuietHours = Settings["quiet_hours"];

/** The hours of each day at which one is not to be disturbed. */
export function QuietSection() {
  const { inbox } = useApp();
  const settings = inbox.view.value?.inbox?.settings;
  if (settings === undefined) return null;
  const { quiet_hours } = settings;
  return (
    <Section title={t("quiet.title")}>
      <QuietForm key={JSON.stringify(quiet_hours)} quiet_hours={quiet_hours} />
    </Section>
  );
}

const FROM_MINUTE = 22 * 60;
const UNTIL_MINUTE = 7 * 60;

function QuietForm({ quiet_hours }: { quiet_hours: QuietHours }) {
  const { inbox } = useApp();
  const on = useSignal(quiet_hours !== null);
  return (
    <WorkForm
      label={t("quiet.title")}
      submit={t("account.save")}
      work={async (values) => {
        const change = { quiet_hours: on.value ? hoursOf(values) : null };
        await inbox.command({ type: "settings", change });
        return t("account.saved");
      }}
    >
      <Check
        label={t("quiet.daily")}
        name="quiet"
        checked={on.value}
        onChange={(checked) => (on.value = checked)}
      />
      <div class="pair even">
        <Field
          label={t("quiet.from")}
          input={{
            name: "from",
            type: "time",
            required: true,
            disabled: !on.value,
            defaultValue: minuteText(quiet_hours?.from_minute ?? FROM_MINUTE),
          }}
        />
        <Field
          label={t("quiet.until")}
          input={{
            name: "until",
            type: "time",
            required: true,
            disabled: !on.value,
            defaultValue: minuteText(quiet_hours?.until_minute ?? UNTIL_MINUTE),
          }}
        />
      </div>
    </WorkForm>
  );
}

/** Every day, in the time zone of this device. */
function hoursOf({ from = "", until = "" }: Record<string, string>): QuietHours {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const days = [0, 1, 2, 3, 4, 5, 6];
  return { from_minute: minuteOf(from), until_minute: minuteOf(until), days, time_zone };
}
