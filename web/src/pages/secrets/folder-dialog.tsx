import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { createFolder } from '~/api/grid'
import type { Environment } from '~/api/projects'
import { text } from '~/lib/text'
import { CheckField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'

/** Makes a folder here, in the environments chosen. */
export default function FolderDialog({
  project,
  folder,
  environments,
  onMade,
  onClose,
}: {
  project: string
  folder: string
  environments: Environment[]
  onMade: () => void
  onClose: () => void
}) {
  const [chosen, setChosen] = useState(() => environments.map((one) => one.slug))
  const create = useMutation({
    mutationFn: (name: string) => createFolder(project, chosen, folder, name),
    onSuccess: () => {
      onMade()
      onClose()
    },
  })
  return (
    <FormDialog
      title={text.folder.title}
      onClose={onClose}
      onSubmit={(form) => create.mutate(String(form.get('name')))}
      submit={text.folder.create}
      cancel={text.common.cancel}
      busy={create.isPending}
      held={!chosen.length}
      error={problemOf(create.error)}
    >
      <TextField
        label={text.folder.name}
        name="name"
        hint={text.folder.nameHint}
        pattern="[A-Za-z0-9_\-]{1,255}"
        required
        autoFocus
      />
      <fieldset>
        <legend>{text.folder.in}</legend>
        {environments.map((one) => (
          <CheckField
            key={one.slug}
            label={one.name}
            checked={chosen.includes(one.slug)}
            onChange={(event) =>
              setChosen(
                event.target.checked ? [...chosen, one.slug] : chosen.filter((slug) => slug !== one.slug),
              )
            }
          />
        ))}
      </fieldset>
    </FormDialog>
  )
}
