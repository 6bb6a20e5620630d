import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'

import { errorText } from '~/api/client'
import { revertCommit } from '~/api/history'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { TextField } from '~/ui/field'
import { Note } from '~/ui/page'
import { toast } from '~/ui/toast'

/** The longest message that the server takes. */
export const MESSAGE_MAX = 255

/** Takes one commit back and shows the commit that did. */
export function RevertDialog({
  project,
  commit,
  onClose,
}: {
  project: string
  commit: string
  onClose: () => void
}) {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const revert = useMutation({
    mutationFn: (message: string) => revertCommit(project, commit, message),
    onSuccess: ({ commitId }) => {
      toast(commitId ? text.revert.done : text.revert.nothing)
      void forgetProject(client, project)
      onClose()
      if (commitId) navigate(paths.commit(project, commitId))
    },
  })
  return (
    <Dialog
      title={text.revert.title}
      hint={text.revert.hint}
      onClose={onClose}
      onSubmit={(form) => revert.mutate(String(form.get('message')).trim())}
      footer={
        <>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" busy={revert.isPending}>
            {text.revert.submit}
          </Button>
        </>
      }
    >
      {revert.error && (
        <div role="alert">
          <Note tone="danger">{errorText(revert.error)}</Note>
        </div>
      )}
      <TextField label={text.revert.message} name="message" maxLength={MESSAGE_MAX} autoFocus />
    </Dialog>
  )
}

/** What was read of a project's secrets and history is out of date. */
export async function forgetProject(client: ReturnType<typeof useQueryClient>, project: string) {
  const keys = ['matrix', 'imports', 'history', 'secret-head'].map((key) => [key, project])
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })))
}
