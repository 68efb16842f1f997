import { useSignal, type Signal } from "@preact/signals";
import type { Proof } from "../../client/account.ts";
import { QuothError } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import { usePasskey } from "../platform/passkey.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { WorkButton } from "./work.tsx";

/** The password is asked for where the server wants it: who signed in just now need not give it again. */
export interface OwnerProof {
  asked: Signal<boolean>;
  /** Does the work with what was typed, and asks for more where that was not enough. */
  prove<T>(values: Record<string, string>, work: (proof: Proof) => Promise<T>): Promise<T>;
}

export function useOwnerProof(from_the_start = false): OwnerProof {
  const asked = useSignal(from_the_start);
  return {
    asked,
    async prove({ current_password = "" }, work) {
      try {
        return await work(current_password === "" ? {} : { current_password });
      } catch (error) {
        if (error instanceof QuothError && error.code === "recent_sign_in_required")
          asked.value = true;
        throw error;
      }
    },
  };
}

export function OwnerProofField({ proof }: { proof: OwnerProof }) {
  const { session, account } = useApp();
  const proved = useSignal(false);
  if (!proof.asked.value) return null;
  const me = session.me.value?.account;
  return (
    <>
      {me?.has_password === false ? null : (
        <Field
          label={t("account.current_password")}
          input={{
            name: "current_password",
            type: "password",
            autocomplete: "current-password",
            maxLength: limits.password_characters_max,
          }}
        />
      )}
      {me?.passkeys === 0 ? null : (
        <WorkButton
          class=""
          work={async () => {
            const asked = await account.passkeySignIn();
            const credential = await usePasskey(asked);
            session.enter(
              await account.signInWithPasskey({ challenge: asked.challenge, credential }),
            );
            proved.value = true;
          }}
        >
          {t("account.prove_passkey")}
        </WorkButton>
      )}
      <p class="aside" role="status">
        {proved.value ? t("account.proved") : ""}
      </p>
    </>
  );
}
