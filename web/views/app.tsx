import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { HomeView } from "./home.tsx";
import { RoomView } from "./room.tsx";
import { SignInView } from "./sign-in.tsx";
import { Wordmark } from "./wordmark.tsx";

export function AppView() {
  const { session, navigation } = useApp();
  const route = navigation.route.value;
  const state = session.state.value;
  if (state === "asking" || state === "unreachable") {
    return (
      <main class="notice" aria-busy="true">
        <Wordmark />
        <p role="status">{t(state === "asking" ? "app.loading" : "app.unreachable")}</p>
      </main>
    );
  }
  if (state === "out") return <SignInPage />;
  if (route.name === "room")
    return (
      <RoomView key={`${route.room_id} ${session.user.value?.user_id}`} room_id={route.room_id} />
    );
  return <HomeView absent={route.name === "absent"} />;
}

const points = [
  ["pitch.once", "pitch.once_more"],
  ["pitch.order", "pitch.order_more"],
  ["pitch.yours", "pitch.yours_more"],
] as const;

function SignInPage() {
  return (
    <main class="front">
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
      <SignInView />
    </main>
  );
}
