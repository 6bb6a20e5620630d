import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, ArrowRight } from 'lucide-react'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { revealedValue, revealOne, revealValues } from '~/api/grid'
import type { Project } from '~/api/projects'
import { secretHeadQuery } from '~/api/versions'
import { HiddenValue } from '~/components/hidden-value'
import { type CompareLine, copyable } from '~/lib/compare'
import { type Origin, originText } from '~/lib/imports'
import type { Cell, Matrix } from '~/lib/matrix'
import type { Action, CellPlace, Edit } from '~/lib/pending'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './compare.module.css'

/** More rows are drawn when somebody asks for them. */
const ROWS_STEP = 200
const TONES = {
  'left-only': 'warning',
  'right-only': 'warning',
  different: 'accent',
  same: 'plain',
  unknown: 'plain',
} as const

type TableProps = {
  project: Project
  matrix: Matrix
  folder: string
  sides: [string, string]
  lines: CompareLine[]
  dispatch: (action: Action) => void
}

/** The keys of both sides, and arrows that copy from one to the other. */
export function CompareTable(props: TableProps) {
  const { project, folder, sides, lines } = props
  const [left, right] = sides
  const [count, setCount] = useState(ROWS_STEP)
  const nameOf = (slug: string) => project.environments.find((one) => one.slug === slug)?.name ?? slug
  const copy = useCopy(props)
  const side = (line: CompareLine, environment: string, cell: Cell | undefined) => (
    <Side
      project={project.id}
      place={{ environment, folder, key: line.key }}
      cell={cell}
      origin={line.origin}
      name={nameOf}
    />
  )
  const missing = { toRight: copyable(lines, 'left'), toLeft: copyable(lines, 'right') }
  return (
    <>
      <div className={styles.commands}>
        {missing.toRight.length > 0 && (
          <Button
            icon={<ArrowRight size={15} />}
            busy={copy.isPending}
            onClick={() => copy.mutate({ lines: missing.toRight, from: left, to: right })}
          >
            {text.compare.copyMissing(missing.toRight.length, nameOf(right))}
          </Button>
        )}
        {missing.toLeft.length > 0 && (
          <Button
            icon={<ArrowLeft size={15} />}
            busy={copy.isPending}
            onClick={() => copy.mutate({ lines: missing.toLeft, from: right, to: left })}
          >
            {text.compare.copyMissing(missing.toLeft.length, nameOf(left))}
          </Button>
        )}
      </div>
      <Table
        label={text.compare.title}
        head={[text.compare.key, nameOf(left), nameOf(right), text.compare.state, '']}
      >
        {lines.slice(0, count).map((line) => (
          <tr key={line.key}>
            <td>
              <code className={styles.key}>{line.key}</code>
            </td>
            <td className={styles.value}>{side(line, left, line.left)}</td>
            <td className={styles.value}>{side(line, right, line.right)}</td>
            <td>
              <span className={styles.states}>
                <Badge tone={line.origin ? 'plain' : TONES[line.state]}>
                  {line.origin
                    ? text.compare.imported(nameOf(line.left ? right : left))
                    : text.compare.states[line.state](nameOf(left), nameOf(right))}
                </Badge>
                {line.isPending && <Badge tone="success">{text.compare.pending}</Badge>}
              </span>
            </td>
            <td>
              <RowActions>
                <CopyButton
                  line={line}
                  direction="left"
                  to={nameOf(left)}
                  busy={copy.isPending}
                  onCopy={() => copy.mutate({ lines: [line], from: right, to: left })}
                />
                <CopyButton
                  line={line}
                  direction="right"
                  to={nameOf(right)}
                  busy={copy.isPending}
                  onCopy={() => copy.mutate({ lines: [line], from: left, to: right })}
                />
              </RowActions>
            </td>
          </tr>
        ))}
      </Table>
      {lines.length > count && (
        <Button onClick={() => setCount(count + ROWS_STEP)}>{text.restore.some(lines.length - count)}</Button>
      )}
    </>
  )
}

function Side(props: {
  project: string
  place: CellPlace
  cell: Cell | undefined
  origin: Origin | undefined
  name: (slug: string) => string
}) {
  const { project, place, cell, origin } = props
  if (!cell) {
    const from = origin && text.imports.from(originText(origin))
    return <span className={styles.soft}>{from ?? text.compare.missing}</span>
  }
  if (!cell.mayRead) return <span className={styles.soft}>{text.grid.mayNotRead}</span>
  const what = text.compare.valueIn(place.key, props.name(place.environment))
  return <HiddenValue what={what} load={() => revealOne(project, place)} />
}

/** An arrow where there is something to copy and it may be put there. */
function CopyButton(props: {
  line: CompareLine
  direction: 'left' | 'right'
  to: string
  busy: boolean
  onCopy: () => void
}) {
  const { line, direction } = props
  const [source, target] = direction === 'left' ? [line.right, line.left] : [line.left, line.right]
  if (line.state === 'same' || !source?.mayRead || !(target?.mayEdit ?? true)) return null
  return (
    <IconButton
      label={text.compare.copy(line.key, props.to)}
      icon={direction === 'left' ? <ArrowLeft size={15} /> : <ArrowRight size={15} />}
      disabled={props.busy}
      onClick={props.onCopy}
    />
  )
}

/** Reads what is to be copied, which the audit log records, and puts it among the pending changes. */
function useCopy({ project, matrix, folder, dispatch }: TableProps) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ lines, from, to }: { lines: CompareLine[]; from: string; to: string }) => {
      const place = (environment: string, key: string) => ({ environment, folder, key })
      const values = await revealValues(
        project.id,
        lines.map((line) => place(from, line.key)),
      )
      const isFolderMissing = !matrix.environments.find((one) => one.slug === to)?.folderId
      const edits: Edit[] = []
      for (const [at, { key }] of lines.entries()) {
        const value = revealedValue(values[at])
        const cells = matrix.rows.find((row) => row.key === key)?.cells
        const source = cells?.[from]
        if (value === undefined || !source) continue
        const comment = source.hasComment
          ? (await client.fetchQuery(secretHeadQuery(project.id, place(from, key)))).secretComment
          : ''
        edits.push({
          place: place(to, key),
          baseVersion: cells?.[to]?.version ?? 0,
          fields: {
            value,
            ...(comment ? { comment } : {}),
            ...(source.tagIds.length ? { tagIds: source.tagIds } : {}),
            ...(isFolderMissing ? { isFolderMissing } : {}),
          },
        })
      }
      return { edits, to, skipped: lines.length - edits.length }
    },
    onSuccess: ({ edits, to, skipped }) => {
      const name = project.environments.find((one) => one.slug === to)?.name ?? to
      if (edits.length) dispatch({ type: 'edit', edits })
      toast(text.compare.copied(edits.length, name))
      if (skipped) toast(text.compare.some(skipped), { tone: 'danger' })
    },
    onError: (error) => toast(errorText(error), { tone: 'danger' }),
  })
}
