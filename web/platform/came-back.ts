import { signal, type ReadonlySignal } from "@preact/signals";

/** What the way back from another service says behind the address's `#`. Read once: a reload is no second coming. */
export interface CameBack {
  signedIn: boolean;
  /** The service has vouched, and the second factor's code is still to come. */
  wantsCode: boolean;
  /** The code of our own for why it came to nothing. */
  failed: string | null;
}

const FAILED = "#sign-in-failed=";

export function cameBackBy(hash: string): CameBack {
  return {
    signedIn: hash === "#signed-in",
    wantsCode: hash === "#second-factor",
    failed: hash.startsWith(FAILED) ? hash.slice(FAILED.length) : null,
  };
}

function read(): CameBack {
  const said = cameBackBy(location.hash);
  if (said.signedIn || said.wantsCode || said.failed !== null)
    history.replaceState(history.state, "", location.pathname + location.search);
  return said;
}

const nothing: CameBack = { signedIn: false, wantsCode: false, failed: null };
const said = signal<CameBack>(read());
export const cameBack: ReadonlySignal<CameBack> = said;

/** It was for the first who looked, and not for who signs in after them. */
export function forgetCameBack(): void {
  said.value = nothing;
}
