import { parseCsv, writeCsv } from './csv'
import { parseDotenv, writeDotenv } from './dotenv'
import { parseJson } from './json'
import type { Parsed } from './types'
import { parseYaml, writeYaml } from './yaml'

export type { Entry, Parsed, Remark } from './types'
export type Format = 'env' | 'json' | 'yaml' | 'csv'

export const FORMATS: { key: Format; label: string }[] = [
  { key: 'env', label: '.env' },
  { key: 'json', label: 'JSON' },
  { key: 'yaml', label: 'YAML' },
  { key: 'csv', label: 'CSV' },
]

/** Reads a text in a format. */
export function parse(format: Format, text: string, separator?: string): Parsed {
  if (format === 'json') return parseJson(text, separator)
  if (format === 'yaml') return parseYaml(text)
  if (format === 'csv') return parseCsv(text)
  return parseDotenv(text)
}

/** Writes secrets in a format. */
export function write(format: Format, entries: { key: string; value: string }[]): string {
  if (format === 'json') {
    return `${JSON.stringify(Object.fromEntries(entries.map(({ key, value }) => [key, value])), null, 2)}\n`
  }
  if (format === 'yaml') return writeYaml(entries)
  if (format === 'csv') return writeCsv(entries)
  return writeDotenv(entries)
}

/** Guesses the format from a file's name, or else from how the text begins. */
export function guessFormat(text: string, fileName = ''): Format {
  const ending = /\.(json|ya?ml|csv)$/i.exec(fileName)?.[1]?.toLowerCase()
  if (ending) return ending === 'yml' ? 'yaml' : (ending as Format)
  const trimmed = text.replace(/^\uFEFF/, '').trimStart()
  if (/^[{[]/.test(trimmed)) return 'json'
  const first = trimmed.split('\n').find((line) => line.trim() && !line.startsWith('#')) ?? ''
  if (/^[^=]+:(\s|$)/.test(first) || first.trim() === '---') return 'yaml'
  return 'env'
}
