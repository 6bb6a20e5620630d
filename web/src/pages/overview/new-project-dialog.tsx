import { useState } from 'react'
import { useLocation } from 'wouter'

import { problemOf } from '~/api/client'
import { useCreateProject } from '~/api/projects'
import { parseEnvironments, USUAL_ENVIRONMENTS } from '~/lib/environments'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Advanced, TextArea, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'

/** Makes a project and goes to its grid. */
export function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateProject()
  const [, navigate] = useLocation()
  const [environments, setEnvironments] = useState(USUAL_ENVIRONMENTS)
  const parsed = parseEnvironments(environments)

  const submit = (form: FormData) => {
    if ('bad' in parsed) return
    const made = {
      name: String(form.get('name')).trim(),
      slug: String(form.get('slug')).trim(),
      description: String(form.get('description')).trim(),
      environments: parsed.environments,
    }
    create.mutate(made, { onSuccess: (project) => navigate(paths.secrets(project.id)) })
  }
  return (
    <FormDialog
      title={text.newProject.title}
      onClose={onClose}
      onSubmit={submit}
      submit={text.newProject.submit}
      cancel={text.common.cancel}
      busy={create.isPending}
      error={problemOf(create.error)}
    >
      <TextField
        label={text.newProject.name}
        name="name"
        placeholder={text.newProject.namePlaceholder}
        maxLength={64}
        required
        autoFocus
      />
      <Advanced>
        <TextField
          label={text.newProject.slug}
          name="slug"
          hint={text.newProject.slugHint}
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
        />
        <TextField label={text.newProject.description} name="description" maxLength={256} />
        <TextArea
          label={text.newProject.environments}
          hint={text.newProject.environmentsHint}
          value={environments}
          error={'bad' in parsed ? text.newProject.badEnvironment(parsed.bad) : undefined}
          onChange={(event) => setEnvironments(event.target.value)}
        />
      </Advanced>
    </FormDialog>
  )
}
