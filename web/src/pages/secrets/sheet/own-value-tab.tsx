import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { revealOne } from '~/api/grid'
import { removeOwnValue, setOwnValue } from '~/api/overrides'
import { HiddenValue } from '~/components/hidden-value'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { TextArea } from '~/ui/field'
import { Note } from '~/ui/page'
import { toast } from '~/ui/toast'
import type { SheetProps } from './secret-sheet'
import styles from './sheet.module.css'

/** The value that the person has in place of the shared one, apart from it. It is saved at once, not reviewed. */
export function OwnValueTab({ project, place, cell }: SheetProps) {
  const client = useQueryClient()
  const [value, setValue] = useState('')
  const [asks, setAsks] = useState(false)
  const done = (said: string) => {
    setValue('')
    setAsks(false)
    toast(said)
    return client.invalidateQueries({ queryKey: ['matrix', project] })
  }
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })
  const save = useMutation({
    mutationFn: () => setOwnValue(project, place, value),
    onSuccess: () => done(text.own.saved),
    onError: failed,
  })
  const remove = useMutation({
    mutationFn: () => removeOwnValue(project, place),
    onSuccess: () => done(text.own.removed),
    onError: failed,
  })
  if (!cell.mayRead) return <Note>{text.own.mayNot}</Note>
  return (
    <>
      <Note>{text.own.hint}</Note>
      {cell.hasOverride ? (
        <section className={styles.own}>
          <h3>
            {text.own.title} <Badge tone="accent">{text.grid.override}</Badge>
          </h3>
          <HiddenValue
            what={text.own.of(place.key)}
            load={() => revealOne(project, { ...place, own: true })}
          />
          {asks ? (
            <div className={styles.ask} role="alert">
              <p>{text.own.sure}</p>
              <Button onClick={() => setAsks(false)}>{text.own.keep}</Button>
              <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
                {text.common.remove}
              </Button>
            </div>
          ) : (
            <div>
              <Button onClick={() => setAsks(true)}>{text.own.remove}</Button>
            </div>
          )}
        </section>
      ) : (
        <p className={styles.soft}>{text.own.none}</p>
      )}
      <TextArea
        label={cell.hasOverride ? text.own.change : text.own.set}
        value={value}
        autoComplete="off"
        onChange={(event) => setValue(event.target.value)}
      />
      <div>
        <Button look="primary" disabled={!value} busy={save.isPending} onClick={() => save.mutate()}>
          {text.own.save}
        </Button>
      </div>
    </>
  )
}
