/** What stands behind the `#` of the address: a letter's secret, which is sent to no server with the page's address. */
export const fragment = (): string => decodeURIComponent(location.hash.slice(1));
