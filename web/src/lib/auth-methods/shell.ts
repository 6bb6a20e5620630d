import type { LoginPlace } from './method'

/** A text as one word of a shell, whatever is in it. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** The command that logs in by a form, with these fields beside the identity. */
export const loginWith = ({ url, identity }: LoginPlace, method: string, lines: string[]): string =>
  [
    `curl -s -X POST ${quoted(`${url}/api/v1/auth/${method}/login`)} \\`,
    ...[`--data-urlencode ${quoted(`identityId=${identity}`)}`, ...lines].map(
      (line, at) => `  ${line}${at < lines.length ? ' \\' : ''}`,
    ),
  ].join('\n')

/** Takes one text out of an answer in JSON. */
export const taken = (name: string): string => `sed -E 's/.*"${name}": ?"([^"]+)".*/\\1/'`
