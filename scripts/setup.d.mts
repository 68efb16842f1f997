// setup.mjs runs on Node 20 and so is not TypeScript; this is what its tests see of it.
interface Tree {
  readonly packages?: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean }>
  >;
}
export const NODE_NEEDED: readonly number[];
export function isNewEnough(version: string, needed?: readonly number[]): boolean;
export function holdsLockfile(lock: Tree, installed: Tree): boolean;
export function reasonIn(words: string): string;
