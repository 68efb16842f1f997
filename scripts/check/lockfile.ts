import type { Finding, Gate } from "./files.ts";

interface Entry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lockfile installs from whatever registry a machine uses, proves what it gets, and lists every platform's parts:
 * where one is missing, `npm ci` refuses on every platform.
 */
export const lockfile: Gate = (files) => {
  const file = files.find(({ path }) => path === "package-lock.json");
  if (file === undefined) return [{ path: "package-lock.json", text: "is missing" }];
  const { packages } = JSON.parse(file.text) as { packages: Record<string, Entry> };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  return entries.flatMap(([path, entry]) => faultsOf(path, entry, packages));
};

function faultsOf(
  path: string,
  entry: Entry,
  packages: Readonly<Record<string, Entry>>,
): Finding[] {
  const faults: string[] = [];
  if (/^[a-z+]+:/.test(entry.resolved ?? ""))
    faults.push(`${path} names the host it came from: ${entry.resolved}`);
  if (entry.integrity === undefined && entry.link !== true) faults.push(`${path} has no digest`);
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!isListed(path, name, packages)) faults.push(`${path} needs ${name}, which is not listed`);
  }
  return faults.map((text) => ({ path: "package-lock.json", text }));
}

/** npm puts a package beside the one that needs it, or anywhere above. */
function isListed(path: string, name: string, packages: Readonly<Record<string, Entry>>): boolean {
  for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
    if (`${folder}/node_modules/${name}` in packages) return true;
    if (!folder.includes("/node_modules/")) return `node_modules/${name}` in packages;
  }
}
