/**
 * The path under which the server serves everything, without a slash at the end; empty at the root of the host name.
 * The server writes it into the page.
 */
export const BASE: string =
  typeof document === 'undefined' ? '' : baseOf(document.querySelector('meta[name=tacit-base]'))

function baseOf(element: Element | null): string {
  return element?.getAttribute('content')?.replace(/\/$/, '') ?? ''
}

/** An address of the page as the dashboard names it: without the base path. */
export const withoutBase = (path: string, base = BASE): string =>
  base && isBelow(path, base) ? path.slice(base.length) || '/' : path

/** Whether an address is one of this server. */
export const isBelow = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`)
