import { useMutation, useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'

import { errorText, problemOf } from '~/api/client'
import { changeFolder, descriptionsQuery, type FolderPlace } from '~/api/folders'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Note, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import type { SecretsProject } from './use-secrets'

type Props = {
  project: SecretsProject
  place: FolderPlace
  /** Called with the name it has now. */
  onChanged: (name: string) => void
  onDelete: () => void
  onClose: () => void
}

/** Renames or describes a folder, in all environments shown that have it. */
export default function ChangeFolderDialog({ project, place, onChanged, onDelete, onClose }: Props) {
  const descriptions = useQuery(descriptionsQuery(project.id, place))
  const change = useMutation({
    mutationFn: (form: FormData) => {
      const name = String(form.get('name')).trim()
      const description = String(form.get('description')).trim()
      return changeFolder(project.id, place, { name, description }).then(() => name)
    },
    onSuccess: (name) => {
      onChanged(name)
      toast(text.folder.changed)
      onClose()
    },
  })
  const different = new Set(descriptions.data).size > 1
  return (
    <FormDialog
      title={text.folder.changeTitle}
      hint={text.folder.everywhere(environmentNames(project, place.environments))}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={change.isPending}
      held={!descriptions.data}
      error={problemOf(change.error)}
      onSubmit={change.mutate}
      onClose={onClose}
    >
      <TextField
        label={text.folder.name}
        name="name"
        defaultValue={place.name}
        hint={text.folder.renameHint}
        pattern="[A-Za-z0-9_\-]{1,255}"
        required
        autoFocus
      />
      {descriptions.isPending && <Skeleton rows={1} />}
      {descriptions.error && <Failure message={errorText(descriptions.error)} />}
      {descriptions.data && (
        <TextField
          label={text.folder.description}
          name="description"
          defaultValue={descriptions.data.find(Boolean) ?? ''}
          maxLength={1024}
        />
      )}
      {different && <Note tone="warning">{text.folder.differ}</Note>}
      <div>
        <Button look="quiet" icon={<Trash2 size={15} />} onClick={onDelete}>
          {text.folder.delete}
        </Button>
      </div>
    </FormDialog>
  )
}

/** The names of environments for people, in the order of the project. */
export const environmentNames = (project: SecretsProject, slugs: string[]) =>
  project.environments.filter((one) => slugs.includes(one.slug)).map((one) => one.name)
