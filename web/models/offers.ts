import { signal, type ReadonlySignal } from "@preact/signals";
import type { Offers } from "../../schema/http-account.ts";

export interface Offered {
  offers: ReadonlySignal<Offers | null>;
  /** Asks once; a view that needs them says so each time. */
  want(): void;
}

/** What this deployment offers who comes to its door. Until it is known, nothing beyond a password is offered. */
export function createOffers(ask: () => Promise<Offers>): Offered {
  const offers = signal<Offers | null>(null);
  let asked = false;
  return {
    offers,
    want() {
      if (asked) return;
      asked = true;
      ask().then(
        (answer) => (offers.value = answer),
        () => (asked = false),
      );
    },
  };
}
