import { render } from "preact";
import { createClient } from "../client/index.ts";
import { createPeople } from "./models/people.ts";
import { createSession } from "./models/session.ts";
import { onAttention } from "./platform/attention.ts";
import { navigation } from "./platform/navigation.ts";
import { browserStorage } from "./platform/outbox-storage.ts";
import { rememberedRooms } from "./platform/remembered-storage.ts";
import { sessionHint } from "./platform/session-hint.ts";
import { AppView } from "./views/app.tsx";
import { AppContext, type App } from "./views/context.ts";

// The cookie holds the session, where no script can read it: no token is kept here.
const client = createClient({ url: location.origin, storage: browserStorage(), keepToken: false });
const session = createSession(client, sessionHint);
const app: App = {
  client,
  session,
  people: createPeople(client),
  remembered: rememberedRooms(session.user),
  navigation: navigation(),
};

onAttention(client.wake);
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
