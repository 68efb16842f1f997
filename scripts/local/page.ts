import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { digestOf, onceFor } from "./digest.ts";
import { PlainError, root } from "./paths.ts";

const sources = ["web", "client", "schema", "package-lock.json"];
export const viteScript = join(root, "node_modules/vite/bin/vite.js");
export const viteArguments = ["build", "--config", "web/vite.config.ts", "--logLevel", "warn"];

/** Builds the page to dist/web, unless it is there and nothing that it is made of has changed. */
export async function buildPage(): Promise<boolean> {
  const stamp = join(root, "dist/web.stamp");
  if (!existsSync(join(root, "dist/web/index.html"))) rmSync(stamp, { force: true });
  return onceFor(stamp, digestOf(...sources), vite);
}

function vite(): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [viteScript, ...viteArguments], { cwd: root }, (error, out, err) => {
      if (error === null) resolve();
      else
        reject(
          new PlainError(
            `The page could not be built:\n${stripVTControlCharacters(`${out}${err}`)}`,
          ),
        );
    });
  });
}
