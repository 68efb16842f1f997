import { limits } from "../../schema/limits.ts";

const touches = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Tells when nobody has touched this page for a while, and when somebody does again. */
export function onActivity(tell: (idle: boolean) => void): void {
  let idle = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const become = (now: boolean) => {
    if (now === idle) return;
    idle = now;
    tell(idle);
  };
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(become, limits.idle_ms, true);
    become(false);
  };
  for (const touch of touches) addEventListener(touch, touched, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") touched();
  });
  touched();
}
