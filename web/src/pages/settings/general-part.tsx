import { problemOf } from '~/api/client'
import { type Project, useChangeProject } from '~/api/projects'
import { text } from '~/lib/text'
import { CopyLine } from '~/ui/copy'
import { CheckField, TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Section } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './settings.module.css'

/** Name, slug, id and habits of a project. */
export function GeneralPart({ project }: { project: Project }) {
  const change = useChangeProject(project.id, () => toast(text.settings.saved))
  const submit = (form: FormData) =>
    change.mutate({
      name: String(form.get('name')).trim(),
      slug: String(form.get('slug')).trim(),
      description: String(form.get('description')).trim(),
      autoCapitalization: form.has('capitals'),
      hasDeleteProtection: form.has('protect'),
    })
  return (
    <Section title={text.settings.parts.general}>
      <p className={styles.identifier}>
        {text.settings.projectId}
        <CopyLine text={project.id} what={text.settings.projectId} />
      </p>
      <Form
        className={styles.form}
        submit={text.common.save}
        busy={change.isPending}
        error={problemOf(change.error)}
        onSubmit={submit}
      >
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
      </Form>
    </Section>
  )
}
