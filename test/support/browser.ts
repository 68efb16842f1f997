import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
];
/** The fonts are for screenshots and for measuring: without them emoji and Chinese are empty boxes. */
const debianPackages = ["chromium", "fonts-noto-color-emoji", "fonts-noto-cjk", "fonts-noto-core"];

const isRoot = process.getuid?.() === 0;

/**
 * Once for a whole run and before its files, which run side by side: two that install at once are in each other's way.
 */
export async function setup(): Promise<void> {
  await findBrowser();
}

/** A Chrome or Chromium of this machine; Debian's is installed where there is none and that is possible. */
async function findBrowser(): Promise<string> {
  const found = installedBrowser();
  if (found !== null) return found;
  await installOnDebian();
  const installed = installedBrowser();
  if (installed !== null) return installed;
  throw new Error(
    "The browser tests need Chrome or Chromium, and none was found: install one, or name it in CHROME_PATH.",
  );
}

export async function launchBrowser(): Promise<Browser> {
  const args = [
    ...(isRoot ? ["--no-sandbox"] : []),
    ...["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync"],
  ];
  return chromium.launch({ executablePath: await findBrowser(), args });
}

export function installedBrowser(): string | null {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== "") return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, ...places].find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function installOnDebian(): Promise<void> {
  if (!isExecutable("/usr/bin/apt-get")) return;
  const asRoot = isRoot ? [] : ["sudo", "--non-interactive"];
  if (!isRoot && spawnSync("sudo", ["--non-interactive", "true"]).status !== 0) return;
  console.log(`Installing ${debianPackages.join(", ")} with apt-get, once.`);
  const install = [
    ...asRoot,
    "apt-get",
    // Another apt may be at work: on a machine that has just started, mostly.
    "--option=DPkg::Lock::Timeout=120",
    "install",
    "-y",
    "--no-install-recommends",
    ...debianPackages,
  ];
  if (await succeeds(install)) return;
  // The lists of packages may be missing, or older than what the mirror holds.
  if (await succeeds([...asRoot, "apt-get", "update"])) await succeeds(install);
}

/** Without waiting in place: a test's worker answers to vitest meanwhile. */
function succeeds([program = "", ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
