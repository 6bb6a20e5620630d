import { problemOf } from '~/api/client'
import { type Project, useChangeProject } from '~/api/projects'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Note, Section } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './settings.module.css'

/** The greatest number of versions that the server keeps. */
const VERSIONS_MAX = 100

/** How much of the past is kept. */
export function RetentionPart({ project }: { project: Project }) {
  const change = useChangeProject(project.id, () => toast(text.settings.saved))
  return (
    <Section title={text.retention.title} hint={text.retention.hint}>
      <Form
        className={styles.form}
        submit={text.common.save}
        busy={change.isPending}
        error={problemOf(change.error)}
        onSubmit={(form) => change.mutate({ pitVersionLimit: Number(form.get('versions')) })}
      >
        <TextField
          label={text.retention.versions}
          hint={text.retention.versionsHint}
          name="versions"
          type="number"
          min={1}
          max={VERSIONS_MAX}
          required
          defaultValue={project.pitVersionLimit}
        />
      </Form>
      <Note>{text.retention.audit}</Note>
    </Section>
  )
}
