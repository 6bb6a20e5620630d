import type { Project } from '~/api/projects'
import { text } from '~/lib/text'
import { Note, Section } from '~/ui/page'

/** How values are kept. */
export function EncryptionPart(_: { project: Project }) {
  return (
    <Section title={text.settings.encryption} hint={text.settings.encryptionHint}>
      <Note>{text.settings.atRest}</Note>
    </Section>
  )
}
