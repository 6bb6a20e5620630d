/** The longest key, in characters, as the server takes it. */
const KEY_LENGTH_MAX = 255

/** Whether the server takes this as a key. */
export const isSecretName = (key: string) =>
  key.length > 0 && [...key].length <= KEY_LENGTH_MAX && !/[\s:/\p{Cc}]/u.test(key)

/** Splits a pasted `KEY=value`; undefined if it is none. */
export function splitAssignment(text: string): { key: string; value: string } | undefined {
  const found = /^\s*(?:export\s+)?([^\s=:/'"#]+)\s*=\s*(.*)$/s.exec(text)
  return found?.[1] === undefined || found[2] === undefined ? undefined : { key: found[1], value: found[2] }
}

/** The folder above a path. */
export const parentFolder = (folder: string) => folder.replace(/\/[^/]+$/, '') || '/'

/** The path of a folder inside another. */
export const insideFolder = (folder: string, name: string) =>
  folder === '/' ? `/${name}` : `${folder}/${name}`
