import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import type { Tag } from '~/api/projects'
import { secretHeadQuery } from '~/api/versions'
import { fullTime, timeAgo } from '~/lib/dates'
import type { Cell } from '~/lib/matrix'
import type { Action, CellPlace, Change, Fields } from '~/lib/pending'
import { isSameSet } from '~/lib/restore'
import { isSecretName } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { Note } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { DetailsTab, type Draft } from './details-tab'
import { OwnValueTab } from './own-value-tab'
import { UsesTab } from './uses-tab'
import { VersionsTab } from './versions-tab'

export type SheetTab = keyof typeof text.sheet.tabs

export type SheetProps = {
  project: string
  place: CellPlace
  cell: Cell
  change: Change | undefined
  tags: Tag[]
  dispatch: (action: Action) => void
  onClose: () => void
}

/** Everything about one secret. What is changed here is pending too, so that it is reviewed like the rest. */
export default function SecretSheet(props: SheetProps & { start: SheetTab }) {
  const { project, place, cell, change, dispatch, onClose } = props
  const [tab, setTab] = useState(props.start)
  const [typed, setTyped] = useState<Partial<Draft>>({})
  const head = useQuery(secretHeadQuery(project, place))
  const before: Draft = {
    key: place.key,
    comment: head.data?.secretComment ?? '',
    tagIds: cell.tagIds,
  }
  const draft: Draft = {
    key: typed.key ?? change?.newKey ?? before.key,
    comment: typed.comment ?? change?.comment ?? before.comment,
    tagIds: typed.tagIds ?? change?.tagIds ?? before.tagIds,
  }
  const edit = (fields: Fields) =>
    dispatch({ type: 'edit', edits: [{ place, baseVersion: cell.version, fields }] })
  const keep = () => {
    if (tab !== 'details' || !isSecretName(draft.key)) return
    const fields = draftFields(draft, before)
    if (Object.keys(fields).length) edit(fields)
    onClose()
  }
  return (
    <Dialog
      title={place.key}
      hint={
        <span title={fullTime(cell.updatedAt)}>
          {text.details.version(cell.version)} · {text.details.by(cell.updatedBy, timeAgo(cell.updatedAt))}
        </span>
      }
      shape="sheet"
      onClose={onClose}
      onSubmit={keep}
      footer={
        tab === 'details' ? (
          <>
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button type="submit" look="primary" disabled={!cell.mayEdit}>
              {text.details.keep}
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{text.common.close}</Button>
        )
      }
    >
      <Tabs
        label={text.sheet.label(place.key)}
        tabs={Object.entries(text.sheet.tabs).map(([key, label]) => ({ key: key as SheetTab, label }))}
        chosen={tab}
        onChoose={setTab}
      >
        {!cell.mayEdit && (tab === 'details' || tab === 'versions') && <Note>{text.grid.mayNot}</Note>}
        {tab === 'details' && <DetailsTab draft={draft} tags={props.tags} onChange={setTyped} />}
        {tab === 'own' && <OwnValueTab {...props} />}
        {tab === 'uses' && <UsesTab {...props} />}
        {tab === 'versions' && (
          <VersionsTab
            {...props}
            head={head}
            onRestore={(fields) => {
              edit(fields)
              onClose()
            }}
          />
        )}
      </Tabs>
    </Dialog>
  )
}

/** What differs from what is there. */
const draftFields = (draft: Draft, before: Draft): Fields => ({
  ...(draft.comment === before.comment ? {} : { comment: draft.comment }),
  ...(isSameSet(draft.tagIds, before.tagIds) ? {} : { tagIds: draft.tagIds }),
  ...(draft.key === before.key ? {} : { newKey: draft.key }),
})
