/** As the deployment makes them; whether one holds is the server's to say. */
const SECRET = /^[A-Za-z0-9_-]{16,256}$/;

/**
 * What stands behind the `#` of the address: a letter's secret, which is sent to no server with the page's address.
 * Empty where what stands there can be none: a link that was cut off is told from one that is no longer good.
 */
export function secretIn(hash: string): string {
  const text = hash.slice(1);
  return SECRET.test(text) ? text : "";
}

export const secretInFragment = (): string => secretIn(location.hash);
