import { limits } from "../../schema/limits.ts";
import { t } from "../text.ts";
import { Field } from "./field.tsx";
import { WorkForm } from "./work.tsx";

/** What its owner calls a device or a passkey. */
export function RenameForm(props: { name: string; rename(to: string): Promise<void> }) {
  const { name, rename } = props;
  const label = t("account.rename_of", { name });
  return (
    <WorkForm
      label={label}
      submit={t("account.rename")}
      work={(values) => rename(values["name"] ?? "")}
    >
      <Field
        label={label}
        input={{
          name: "name",
          required: true,
          maxLength: limits.device_name_characters,
          defaultValue: name,
        }}
      />
    </WorkForm>
  );
}
