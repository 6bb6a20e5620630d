import { errorText } from '~/api/client'
import { type Project, useChangeProject } from '~/api/projects'
import { text } from '~/lib/text'
import { CheckField } from '~/ui/field'
import { Note, Section } from '~/ui/page'
import { toast } from '~/ui/toast'

/** How values are kept, and whether the API gives them out. */
export function EncryptionPart({ project }: { project: Project }) {
  const change = useChangeProject(project.id, () => toast(text.settings.saved))
  return (
    <Section title={text.settings.encryption} hint={text.settings.encryptionHint}>
      <CheckField
        label={text.settings.plaintext}
        hint={text.settings.plaintextHint}
        checked={project.plaintextReads}
        disabled={change.isPending}
        onChange={(event) =>
          change.mutate(
            { plaintextReads: event.target.checked },
            { onError: (error) => toast(errorText(error), { tone: 'danger' }) },
          )
        }
      />
      <Note>{text.settings.atRest}</Note>
    </Section>
  )
}
