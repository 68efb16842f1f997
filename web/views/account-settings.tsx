import { presenceModes, type PresenceMode } from "../../schema/presence.ts";
import { audiences, writers, type Settings, type SettingsChange } from "../../schema/settings.ts";
import { limits } from "../../schema/limits.ts";
import { fieldTime, timeOfField } from "../platform/dates.ts";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { Check, Choice, Field } from "./field.tsx";
import { WorkButton, WorkForm } from "./work.tsx";

/** How one is seen: kept by the inbox, so it is there once that has answered. */
export function StatusSection() {
  const { inbox } = useApp();
  const self = inbox.view.value?.inbox?.self;
  if (self === undefined) return null;
  const { mode, status } = self;
  async function save(values: Record<string, string>): Promise<string> {
    const text = values["text"]?.trim() ?? "";
    const emoji = values["emoji"]?.trim() ?? "";
    const until = timeOfField(values["until"] ?? "");
    const nothing = text === "" && emoji === "";
    await inbox.command({ type: "status", status: nothing ? null : { text, emoji, until } });
    await inbox.command({ type: "mode", mode: values["mode"] as PresenceMode });
    return t("account.saved");
  }
  return (
    <Section title={t("status.title")}>
      <WorkForm label={t("status.title")} submit={t("account.save")} work={save}>
        <Choice
          key={mode}
          label={t("status.mode")}
          name="mode"
          value={mode}
          options={presenceModes.map((one) => [one, t(`mode.${one}`)] as const)}
        />
        <Field
          label={t("status.text")}
          input={{
            name: "text",
            autocomplete: "off",
            maxLength: limits.status_characters,
            defaultValue: status?.text ?? "",
          }}
        />
        <Field
          label={t("status.emoji")}
          input={{
            name: "emoji",
            autocomplete: "off",
            maxLength: limits.emoji_characters,
            defaultValue: status?.emoji ?? "",
          }}
        />
        <Field
          label={t("status.until")}
          input={{
            name: "until",
            type: "datetime-local",
            defaultValue: typeof status?.until === "number" ? fieldTime(status.until) : "",
          }}
        />
      </WorkForm>
      {status === null ? null : (
        <WorkButton class="link" work={() => inbox.command({ type: "status", status: null })}>
          {t("status.clear")}
        </WorkButton>
      )}
    </Section>
  );
}

export function PrivacySection() {
  const { inbox } = useApp();
  const settings = inbox.view.value?.inbox?.settings;
  if (settings === undefined) return null;
  const { last_seen, direct_from, findable, show_reads } = settings;
  async function save(values: Record<string, string>): Promise<string> {
    const change: SettingsChange = {
      last_seen: values["last_seen"] as Settings["last_seen"],
      direct_from: values["direct_from"] as Settings["direct_from"],
      findable: values["findable"] === "on",
      show_reads: values["show_reads"] === "on",
    };
    await inbox.command({ type: "settings", change });
    return t("account.saved");
  }
  return (
    <Section title={t("privacy.title")}>
      <WorkForm
        key={JSON.stringify([last_seen, direct_from, findable, show_reads])}
        label={t("privacy.title")}
        submit={t("account.save")}
        work={save}
      >
        <Choice
          label={t("privacy.last_seen")}
          hint={t("privacy.last_seen_hint")}
          name="last_seen"
          value={last_seen}
          options={audiences.map((one) => [one, t(`audience.${one}`)] as const)}
        />
        <Choice
          label={t("privacy.direct_from")}
          name="direct_from"
          value={direct_from}
          options={writers.map((one) => [one, t(`audience.${one}`)] as const)}
        />
        <Check label={t("privacy.findable")} name="findable" checked={findable} />
        <Check label={t("privacy.show_reads")} name="show_reads" checked={show_reads} />
      </WorkForm>
    </Section>
  );
}
