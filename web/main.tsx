import { render } from "preact";
import { createAccount } from "../client/account.ts";
import { createClient } from "../client/index.ts";
import { createInbox } from "./models/inbox.ts";
import { createOffers } from "./models/offers.ts";
import { createPeople } from "./models/people.ts";
import { createSession } from "./models/session.ts";
import { onActivity } from "./platform/activity.ts";
import { onAttention } from "./platform/attention.ts";
import { cameBack } from "./platform/came-back.ts";
import { navigation } from "./platform/navigation.ts";
import { browserStorage } from "./platform/outbox-storage.ts";
import { rememberedRooms } from "./platform/remembered-storage.ts";
import { sessionHint } from "./platform/session-hint.ts";
import { AppView } from "./views/app.tsx";
import { AppContext, type App } from "./views/context.ts";

// The cookie holds the session, where no script can read it: no token is kept here.
const client = createClient({ url: location.origin, storage: browserStorage(), keepToken: false });
const session = createSession(client, sessionHint);
const account = createAccount(client);
const inbox = createInbox(client, session);
const app: App = {
  client,
  session,
  account,
  offers: createOffers(account.offers),
  inbox,
  people: createPeople(client),
  remembered: rememberedRooms(session.user),
  navigation: navigation(),
};

// Whoever was signed in by another service has a session that this page has not heard of.
if (cameBack.value.signedIn) sessionHint.write(true);

onAttention(client.wake);
onActivity(inbox.activity);
void session.ask();

const place = document.getElementById("app");
if (place !== null) {
  render(
    <AppContext.Provider value={app}>
      <AppView />
    </AppContext.Provider>,
    place,
  );
}
