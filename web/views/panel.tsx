import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../text.ts";

interface PanelProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

/** Beside the room where there is place, over it on a phone. Focus goes in, and back to where it came from. */
export function PanelView({ title, onClose, children }: PanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const from = document.activeElement;
    heading.current?.focus();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, []);
  return (
    <aside class="panel" aria-label={title}>
      <header class="panel-head">
        <h2 tabIndex={-1} ref={heading}>
          {title}
        </h2>
        <button class="quiet" type="button" onClick={onClose}>
          {t("proof.close")}
        </button>
      </header>
      {children}
    </aside>
  );
}
