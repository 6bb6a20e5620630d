import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'

import { errorText } from '~/api/client'
import { tagsQuery, useTagChanges } from '~/api/projects'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Failure, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './settings.module.css'

/** The tags of a project: add and delete. */
export function TagsPart({ project }: { project: string }) {
  const tags = useQuery(tagsQuery(project))
  const { add, remove } = useTagChanges(project)
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })
  return (
    <Section title={text.settings.parts.tags} hint={text.settings.tagsHint}>
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          const slug = String(new FormData(form).get('slug')).trim()
          add.mutate({ slug, color: '' }, { onSuccess: () => form.reset(), onError: failed })
        }}
      >
        <TextField
          label={text.settings.tagName}
          name="slug"
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
          required
        />
        <Button type="submit" busy={add.isPending}>
          {text.settings.addTag}
        </Button>
      </form>
      {tags.isPending && <Skeleton rows={2} />}
      {tags.error && <Failure message={errorText(tags.error)} />}
      {tags.data?.length === 0 && <p>{text.settings.noTags}</p>}
      {tags.data && tags.data.length > 0 && (
        <Table label={text.settings.parts.tags} head={[text.settings.tagName, '']}>
          {tags.data.map((tag) => (
            <tr key={tag.id}>
              <td>{tag.slug}</td>
              <td>
                <RowActions>
                  <IconButton
                    label={text.settings.delete(tag.slug)}
                    icon={<Trash2 size={16} />}
                    onClick={() => remove.mutate(tag.id, { onError: failed })}
                  />
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  )
}
