import { errorText } from '~/api/client'
import { type Project, useChangeProject } from '~/api/projects'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CopyLine } from '~/ui/copy'
import { CheckField, TextField } from '~/ui/field'
import { Note, Section } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './settings.module.css'

/** Name, slug, id and habits of a project. */
export function GeneralPart({ project }: { project: Project }) {
  const change = useChangeProject(project.id)
  const submit = (form: FormData) =>
    change.mutate(
      {
        name: String(form.get('name')).trim(),
        slug: String(form.get('slug')).trim(),
        description: String(form.get('description')).trim(),
        autoCapitalization: form.has('capitals'),
        hasDeleteProtection: form.has('protect'),
        pitVersionLimit: Number(form.get('versions')),
      },
      { onSuccess: () => toast(text.settings.saved) },
    )
  return (
    <Section title={text.settings.parts.general}>
      <p className={styles.identifier}>
        {text.settings.projectId}
        <CopyLine text={project.id} what={text.settings.projectId} />
      </p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          submit(new FormData(event.currentTarget))
        }}
      >
        {change.error && (
          <div role="alert">
            <Note tone="danger">{errorText(change.error)}</Note>
          </div>
        )}
        <TextField
          label={text.settings.name}
          name="name"
          defaultValue={project.name}
          maxLength={64}
          required
        />
        <TextField
          label={text.settings.slug}
          name="slug"
          defaultValue={project.slug}
          hint={text.settings.slugHint}
          maxLength={64}
          required
        />
        <TextField
          label={text.settings.description}
          name="description"
          defaultValue={project.description ?? ''}
          maxLength={256}
        />
        <TextField
          label={text.settings.versions}
          name="versions"
          type="number"
          min={1}
          max={100}
          required
          hint={text.settings.versionsHint}
          defaultValue={project.pitVersionLimit}
        />
        <CheckField
          label={text.settings.capitals}
          name="capitals"
          defaultChecked={project.autoCapitalization}
        />
        <CheckField
          label={text.settings.protect}
          name="protect"
          defaultChecked={project.hasDeleteProtection}
        />
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            {text.common.save}
          </Button>
        </div>
      </form>
    </Section>
  )
}
