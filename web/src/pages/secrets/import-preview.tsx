import type { Parsed, Remark } from '~/lib/formats'
import { isSecretName } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Note } from '~/ui/page'
import { Table } from '~/ui/table'
import styles from './import-dialog.module.css'

/** More rows are not looked through; all of them are imported. */
const ROWS_MAX = 200
/** More remarks would only push the rest away. */
const REMARKS_MAX = 20

export type ImportState = 'new' | 'present' | 'invalid'

/** Whether a key is there in any of the environments, or no key at all. */
export function importState(
  key: string,
  environments: string[],
  isSet: (key: string, environment: string) => boolean,
): ImportState {
  if (!isSecretName(key)) return 'invalid'
  return environments.some((environment) => isSet(key, environment)) ? 'present' : 'new'
}

const TONES = { new: 'success', present: 'warning', invalid: 'danger' } as const

/** What was read, row by row, without the values. */
export function ImportPreview({
  parsed,
  skipped,
  stateOf,
  onSkip,
}: {
  parsed: Parsed
  skipped: ReadonlySet<string>
  stateOf: (key: string) => ImportState
  onSkip: (key: string, skip: boolean) => void
}) {
  return (
    <>
      <Remarks title={text.import.problems} tone="danger" remarks={parsed.problems} />
      <Remarks title={text.import.notes} tone="warning" remarks={parsed.notes} />
      {parsed.entries.length > 0 && (
        <Table label={text.import.preview} head={[text.import.key, text.import.state, text.import.lines]}>
          {parsed.entries.slice(0, ROWS_MAX).map((entry) => {
            const state = stateOf(entry.key)
            return (
              <tr key={entry.key}>
                <td>
                  <label className={styles.entry}>
                    <input
                      type="checkbox"
                      aria-label={text.import.include(entry.key)}
                      checked={state !== 'invalid' && !skipped.has(entry.key)}
                      disabled={state === 'invalid'}
                      onChange={(event) => onSkip(entry.key, !event.target.checked)}
                    />
                    <code>{entry.key}</code>
                  </label>
                </td>
                <td>
                  <Badge tone={TONES[state]}>{text.import[state]}</Badge>
                </td>
                <td>
                  {entry.value
                    ? text.grid.lines(entry.value.split('\n').length).replace('1 lines', '1 line')
                    : text.grid.empty}
                </td>
              </tr>
            )
          })}
        </Table>
      )}
    </>
  )
}

function Remarks({ title, tone, remarks }: { title: string; tone: 'danger' | 'warning'; remarks: Remark[] }) {
  if (!remarks.length) return null
  return (
    <Note tone={tone}>
      <strong>{title}</strong>
      <ul>
        {remarks.slice(0, REMARKS_MAX).map((remark) => (
          <li key={`${remark.line}${remark.text}`}>
            {text.import.line(remark.line)}
            {remark.text}
          </li>
        ))}
      </ul>
    </Note>
  )
}
