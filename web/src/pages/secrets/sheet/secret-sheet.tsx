import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { commentQuery } from '~/api/grid'
import type { Tag } from '~/api/projects'
import { fullTime, timeAgo } from '~/lib/dates'
import type { Cell } from '~/lib/matrix'
import type { Action, CellPlace, Change, Fields } from '~/lib/pending'
import { isSecretName } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { CheckField, TextArea, TextField } from '~/ui/field'
import { Note } from '~/ui/page'

type DetailsProps = {
  project: string
  place: CellPlace
  cell: Cell
  change: Change | undefined
  tags: Tag[]
  dispatch: (action: Action) => void
  onClose: () => void
}

/** What belongs to a secret beside its value: key, comment and tags. What is changed here is pending too. */
export default function DetailsSheet({
  project,
  place,
  cell,
  change,
  tags,
  dispatch,
  onClose,
}: DetailsProps) {
  const stored = useQuery({ ...commentQuery(project, place), enabled: cell.hasComment })
  const before = cell.hasComment ? stored.data : ''
  const [comment, setComment] = useState(change?.comment)
  const [key, setKey] = useState(change?.newKey ?? place.key)
  const [tagIds, setTagIds] = useState(change?.tagIds ?? cell.tagIds)
  const keep = () => {
    if (!isSecretName(key)) return
    const fields: Fields = {
      ...(comment === undefined || comment === before ? {} : { comment }),
      ...(isSameSet(tagIds, cell.tagIds) ? {} : { tagIds }),
      ...(key === place.key ? {} : { newKey: key }),
    }
    if (Object.keys(fields).length)
      dispatch({ type: 'edit', edits: [{ place, baseVersion: cell.version, fields }] })
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
        <>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={!cell.mayEdit}>
            {text.details.keep}
          </Button>
        </>
      }
    >
      {!cell.mayEdit && <Note>{text.grid.mayNot}</Note>}
      <TextField
        label={text.details.rename}
        value={key}
        error={isSecretName(key) ? undefined : text.quickAdd.badName}
        onChange={(event) => setKey(event.target.value)}
      />
      <TextArea
        label={text.details.comment}
        hint={text.details.commentHint}
        value={comment ?? before ?? ''}
        onChange={(event) => setComment(event.target.value)}
      />
      <fieldset>
        <legend>{text.details.tags}</legend>
        {tags.length === 0 && <p>{text.details.noTags}</p>}
        {tags.map((tag) => (
          <CheckField
            key={tag.id}
            label={tag.slug}
            checked={tagIds.includes(tag.id)}
            onChange={(event) =>
              setTagIds(event.target.checked ? [...tagIds, tag.id] : tagIds.filter((id) => id !== tag.id))
            }
          />
        ))}
      </fieldset>
    </Dialog>
  )
}

const isSameSet = (a: string[], b: string[]) => a.length === b.length && a.every((one) => b.includes(one))
