import { signal, type ReadonlySignal } from "@preact/signals";
import { routeOf, type Route } from "../models/route.ts";

export interface Navigation {
  route: ReadonlySignal<Route>;
  go(path: string): void;
}

/** Where the page is, from the address; links within the page are followed without loading it again. */
export function navigation(): Navigation {
  const route = signal(routeOf(location.pathname));
  const go = (path: string) => {
    history.pushState(null, "", path);
    route.value = routeOf(path);
  };
  addEventListener("popstate", () => {
    route.value = routeOf(location.pathname);
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    if (
      link.origin !== location.origin ||
      link.target !== "" ||
      routeOf(link.pathname).name === "absent"
    )
      return;
    event.preventDefault();
    go(link.pathname);
  });
  return { route, go };
}
