import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

import { instanceListQuery, type Lists, PAGE } from '~/api/admin'
import { errorText } from '~/api/client'
import { text } from '~/lib/text'
import { useSettled } from '~/lib/use-settled'
import { Button } from '~/ui/button'
import { Failure, Note, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import styles from './admin.module.css'

const words = text.admin
/** In milliseconds. */
const TYPING_PAUSE = 150

/** A list of the server that is searched there and shown page by page. */
export function SearchedList<K extends keyof Lists>({
  kind,
  head,
  rows,
}: {
  kind: K
  head: string[]
  rows: (answer: Lists[K]) => ReactNode
}) {
  const [typed, setTyped] = useState('')
  const [offset, setOffset] = useState(0)
  const search = useSettled(typed.trim(), TYPING_PAUSE)
  const found = useQuery(instanceListQuery(kind, search, offset))
  return (
    <>
      <input
        type="search"
        className={styles.search}
        aria-label={words.search[kind]}
        placeholder={words.search[kind]}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setOffset(0)
        }}
      />
      {found.isPending && <Skeleton rows={4} />}
      {found.error && <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />}
      {found.data && found.data.total === 0 && <Note>{words.nothing}</Note>}
      {found.data && found.data.total > 0 && (
        <>
          <Table label={words.tabs[kind]} head={head}>
            {rows(found.data)}
          </Table>
          <Pager offset={offset} total={found.data.total} onMove={setOffset} />
        </>
      )}
    </>
  )
}

function Pager({
  offset,
  total,
  onMove,
}: {
  offset: number
  total: number
  onMove: (offset: number) => void
}) {
  if (total <= PAGE && offset === 0) return null
  return (
    <div className={styles.pager}>
      <span>{words.pages(offset + 1, Math.min(offset + PAGE, total), total)}</span>
      <Button disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - PAGE))}>
        {words.previous}
      </Button>
      <Button disabled={offset + PAGE >= total} onClick={() => onMove(offset + PAGE)}>
        {words.next}
      </Button>
    </div>
  )
}
