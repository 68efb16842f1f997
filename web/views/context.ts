import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Client } from "../../client/index.ts";
import type { AccountCalls } from "../../client/account.ts";
import type { InboxModel } from "../models/inbox.ts";
import type { Offered } from "../models/offers.ts";
import type { PeopleModel } from "../models/people.ts";
import type { Remembered } from "../models/remembered.ts";
import type { SessionModel } from "../models/session.ts";
import type { Navigation } from "../platform/navigation.ts";

/** What every view may use; made once, in main.tsx. */
export interface App {
  client: Client;
  session: SessionModel;
  account: AccountCalls;
  offers: Offered;
  inbox: InboxModel;
  people: PeopleModel;
  remembered: Signal<Remembered>;
  navigation: Navigation;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("a view outside of the app");
  return app;
}
