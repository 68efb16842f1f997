import { useSignal } from "@preact/signals";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { Field, HandleField } from "./field.tsx";
import { WorkForm } from "./work.tsx";

export function ProfileSection({ user }: { user: User }) {
  const { account, people, session } = useApp();
  const rows = useSignal(user.fields.length);
  async function save(values: Record<string, string>): Promise<string> {
    const { handle = "", display_name = "", pronouns = "" } = values;
    const fields = Array.from({ length: rows.value }, (_, at) => ({
      name: values[`field_name_${at}`]?.trim() ?? "",
      value: values[`field_value_${at}`]?.trim() ?? "",
    })).filter(({ name }) => name !== "");
    await account.changeProfile({ handle: handle.trim(), display_name, pronouns, fields });
    const now = await session.look();
    people.add([now.user]);
    return t("account.saved");
  }
  return (
    <Section title={t("profile.title")}>
      {user.verified ? <p class="stamp valid">{t("profile.verified")}</p> : null}
      <WorkForm label={t("profile.title")} submit={t("account.save")} work={save}>
        <HandleField
          label={t("sign_in.handle")}
          most={limits.handle_characters_max}
          value={user.handle}
        />
        <Field
          label={t("sign_in.display_name")}
          input={{
            name: "display_name",
            required: true,
            autocomplete: "name",
            maxLength: limits.name_characters,
            defaultValue: user.display_name,
          }}
        />
        <Field
          label={t("profile.pronouns")}
          input={{
            name: "pronouns",
            maxLength: limits.pronouns_characters,
            defaultValue: user.pronouns,
          }}
        />
        {Array.from({ length: rows.value }, (_, at) => (
          <div
            key={at}
            class="pair"
            role="group"
            aria-label={t("profile.field_name", { count: at + 1 })}
          >
            <Field
              label={t("profile.field_name", { count: at + 1 })}
              input={{
                name: `field_name_${at}`,
                maxLength: limits.field_name_characters,
                defaultValue: user.fields[at]?.name ?? "",
              }}
            />
            <Field
              label={t("profile.field_value")}
              input={{
                name: `field_value_${at}`,
                maxLength: limits.field_value_characters,
                defaultValue: user.fields[at]?.value ?? "",
              }}
            />
          </div>
        ))}
        {rows.value < limits.profile_fields ? (
          <button class="link" type="button" onClick={() => (rows.value += 1)}>
            {t("profile.add_field")}
          </button>
        ) : null}
      </WorkForm>
    </Section>
  );
}
