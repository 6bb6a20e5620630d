import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type Tag, tagsQuery, useTagChanges } from '~/api/projects'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './settings.module.css'

/** The server takes any text; the platform's colour field gives and takes this form. */
const COLOR = /^#[0-9a-f]{6}$/i
const COLOR_DEFAULT = '#0f6b63'

type Open = { what: 'add' } | { what: 'change' | 'delete'; tag: Tag }

/** The tags of a project: add, rename, colour, delete. */
export function TagsPart({ project }: { project: string }) {
  const tags = useQuery(tagsQuery(project))
  const { add, change, remove } = useTagChanges(project)
  const [open, setOpen] = useState<Open>()
  const close = () => {
    for (const one of [add, change, remove]) one.reset()
    setOpen(undefined)
  }
  return (
    <Section
      title={text.settings.parts.tags}
      hint={text.settings.tagsHint}
      actions={
        <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
          {text.settings.addTag}
        </Button>
      }
    >
      {tags.isPending && <Skeleton rows={2} />}
      {tags.error && <Failure message={errorText(tags.error)} />}
      {tags.data?.length === 0 && <p>{text.settings.noTags}</p>}
      {tags.data && tags.data.length > 0 && (
        <Table label={text.settings.parts.tags} head={[text.settings.tagName, '']}>
          {tags.data.map((tag) => (
            <tr key={tag.id}>
              <td>
                <span className={styles.tag}>
                  <span className={styles.dot} style={{ background: colorOf(tag) }} aria-hidden="true" />
                  {tag.slug}
                </span>
              </td>
              <td>
                <RowActions>
                  <IconButton
                    label={text.settings.change(tag.slug)}
                    icon={<Pencil size={16} />}
                    onClick={() => setOpen({ what: 'change', tag })}
                  />
                  <IconButton
                    label={text.settings.delete(tag.slug)}
                    icon={<Trash2 size={16} />}
                    onClick={() => setOpen({ what: 'delete', tag })}
                  />
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {open?.what === 'add' && (
        <TagDialog
          title={text.settings.addTag}
          busy={add.isPending}
          error={problemOf(add.error)}
          onSubmit={(tag) => add.mutate(tag, { onSuccess: close })}
          onClose={close}
        />
      )}
      {open?.what === 'change' && (
        <TagDialog
          title={text.settings.changeTag}
          start={open.tag}
          busy={change.isPending}
          error={problemOf(change.error)}
          onSubmit={(tag) => change.mutate({ id: open.tag.id, ...tag }, { onSuccess: close })}
          onClose={close}
        />
      )}
      {open?.what === 'delete' && (
        <Confirm
          title={text.settings.deleteTag(open.tag.slug)}
          hint={text.settings.deleteTagHint}
          verb={text.common.delete}
          cancel={text.common.cancel}
          busy={remove.isPending}
          error={problemOf(remove.error)}
          onConfirm={() => remove.mutate(open.tag.id, { onSuccess: close })}
          onClose={close}
        />
      )}
    </Section>
  )
}

const colorOf = (tag: Tag | undefined) => (tag?.color && COLOR.test(tag.color) ? tag.color : COLOR_DEFAULT)

function TagDialog(props: {
  title: string
  start?: Tag
  busy: boolean
  error: string | undefined
  onSubmit: (tag: { slug: string; color: string }) => void
  onClose: () => void
}) {
  return (
    <FormDialog
      title={props.title}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={props.busy}
      error={props.error}
      onSubmit={(form) =>
        props.onSubmit({ slug: String(form.get('slug')).trim(), color: String(form.get('color')) })
      }
      onClose={props.onClose}
    >
      <TextField
        label={text.settings.tagName}
        name="slug"
        defaultValue={props.start?.slug}
        pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
        required
        autoFocus
      />
      <TextField
        label={text.settings.tagColor}
        name="color"
        type="color"
        className={styles.color}
        defaultValue={colorOf(props.start)}
      />
    </FormDialog>
  )
}
