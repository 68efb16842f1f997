/** Tells when a line is worth trying at once: the network is back, or someone looks at the page again. */
export function onAttention(wake: () => void): void {
  addEventListener("online", wake);
  // A line that is dead is noticed when the browser says so, and not at the next ping.
  addEventListener("offline", wake);
  addEventListener("pageshow", (event) => {
    if (event.persisted) wake();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
}
