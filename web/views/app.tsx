import type { ComponentChildren } from "preact";
import type { Route } from "../models/route.ts";
import type { SessionState } from "../models/session.ts";
import { t, type TextKey } from "../text.ts";
import { AccountView } from "./account.tsx";
import { ContactsView } from "./contacts.tsx";
import { useApp } from "./context.ts";
import { HomeView } from "./home.tsx";
import { InviteView } from "./invite.tsx";
import { ForgotView, ResetView, VerifyView } from "./mail-links.tsx";
import { RoomView } from "./room.tsx";
import { SignInView } from "./sign-in.tsx";
import { useTitle } from "./title.ts";
import { WhoCorner } from "./who-menu.tsx";
import { Wordmark } from "./wordmark.tsx";

/** A room is called by its name, which only the room knows. */
const titles = {
  home: "rooms.title",
  account: "account.title",
  contacts: "contacts.title",
  forgot: "forgot.title",
  verify: "verify.title",
  reset: "reset.title",
  invite: "invite.title",
  room: null,
  absent: null,
} as const satisfies Record<Route["name"], TextKey | null>;

function titleOf(name: Route["name"], state: SessionState): string | null {
  const needsNobody =
    name === "forgot" || name === "verify" || name === "reset" || name === "invite";
  if (state === "out" && !needsNobody) return t("sign_in.title");
  if (name === "room") return null;
  const title = titles[name];
  return title === null ? "" : t(title);
}

export function AppView() {
  const { session, navigation } = useApp();
  const route = navigation.route.value;
  const state = session.state.value;
  useTitle(titleOf(route.name, state));
  // What a letter leads to needs no session.
  if (route.name === "forgot") return <Front>{<ForgotView />}</Front>;
  if (route.name === "reset") return <Front>{<ResetView />}</Front>;
  if (route.name === "verify") return <Front>{<VerifyView />}</Front>;
  if (state === "asking" || state === "unreachable") {
    return (
      <main class="notice" aria-busy="true">
        <Wordmark />
        <p role="status">{t(state === "asking" ? "app.loading" : "app.unreachable")}</p>
      </main>
    );
  }
  if (route.name === "invite") return <Front>{<InviteView />}</Front>;
  if (state === "out") return <Front>{<SignInView />}</Front>;
  if (route.name === "room")
    return (
      <RoomView key={`${route.room_id} ${session.user.value?.user_id}`} room_id={route.room_id} />
    );
  if (session.lapsed.value) return <Front>{<SignInView ended />}</Front>;
  if (route.name === "account") return <AccountView />;
  if (route.name === "contacts") return <ContactsView />;
  return <HomeView absent={route.name === "absent"} />;
}

const points = [
  ["pitch.once", "pitch.once_more"],
  ["pitch.order", "pitch.order_more"],
  ["pitch.yours", "pitch.yours_more"],
] as const;

function Front({ children }: { children: ComponentChildren }) {
  return (
    <main class="front">
      <WhoCorner />
      <header class="front-head">
        <Wordmark />
        <p class="front-promise">{t("app.promise")}</p>
        <ol class="front-points">
          {points.map(([title, more]) => (
            <li key={title}>
              <strong>{t(title)}</strong> {t(more)}
            </li>
          ))}
        </ol>
      </header>
      {children}
    </main>
  );
}
