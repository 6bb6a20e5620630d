import { useMutation, useQuery } from '@tanstack/react-query'

import { errorText, problemOf } from '~/api/client'
import { type Contents, contentsQuery, deleteFolder, type FolderPlace } from '~/api/folders'
import type { Pending } from '~/lib/pending'
import { pendingIn } from '~/lib/pending-folders'
import { insideFolder } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Confirm } from '~/ui/confirm'
import { Failure, Note, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import type { SecretsProject } from './use-secrets'

type Props = {
  project: SecretsProject
  place: FolderPlace
  changes: Pending['changes']
  onDeleted: () => void
  onClose: () => void
}

/** Deletes a folder in all environments shown. One that is not empty says how much goes and wants its name typed. */
export default function DeleteFolderDialog({ project, place, changes, onDeleted, onClose }: Props) {
  const contents = useQuery(contentsQuery(project.id, place))
  const remove = useMutation({
    mutationFn: () => deleteFolder(project.id, place),
    onSuccess: () => {
      onDeleted()
      toast(text.folder.deleted)
      onClose()
    },
  })
  const where = { folder: insideFolder(place.parent, place.name), environments: place.environments }
  const pending = pendingIn(changes, where).length
  const isEmpty = contents.data?.every((one) => one.secrets + one.folders === 0) && pending === 0
  return (
    <Confirm
      title={text.folder.deleteTitle(place.name)}
      hint={text.folder.deleteHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      {...(isEmpty ? {} : { typed: { name: place.name, label: text.confirm.type(place.name) } })}
      busy={remove.isPending || contents.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {contents.isPending && <Skeleton rows={2} />}
      {contents.error && <Failure message={errorText(contents.error)} />}
      {contents.data && (
        <Note tone={isEmpty ? 'plain' : 'warning'}>
          <ul>
            {contents.data.map((one) => (
              <li key={one.environment}>{sentence(project, one)}</li>
            ))}
            {pending > 0 && <li>{text.folder.pending(pending)}</li>}
          </ul>
        </Note>
      )}
    </Confirm>
  )
}

function sentence(project: SecretsProject, { environment, secrets, folders }: Contents) {
  const found = project.environments.find((one) => one.slug === environment)
  return text.folder.contents(found?.name ?? environment, secrets, folders)
}
