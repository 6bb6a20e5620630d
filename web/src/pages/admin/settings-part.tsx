import { useQuery } from '@tanstack/react-query'

import { type InstanceConfig, instanceQuery } from '~/api/account'
import { useInstanceChanges } from '~/api/admin'
import { problemOf } from '~/api/client'
import { text } from '~/lib/text'
import { TextArea, TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './admin.module.css'

const words = text.admin.settings

/** What holds for everybody on the server. */
export function SettingsPart() {
  const instance = useQuery(instanceQuery)
  if (!instance.data) return <Skeleton rows={3} />
  return <SettingsForm config={instance.data.config} />
}

function SettingsForm({ config }: { config: InstanceConfig }) {
  const { saveSettings } = useInstanceChanges()
  const save = (form: FormData) => {
    const filled = (name: string) => String(form.get(name)).trim() || null
    saveSettings.mutate(
      {
        allowedSignUpDomain: filled('domains'),
        authConsentContent: filled('consent'),
        pageFrameContent: filled('frame'),
      },
      { onSuccess: () => toast(text.settings.saved) },
    )
  }
  return (
    <Section title={words.title} hint={words.hint}>
      <Form
        className={styles.form}
        submit={text.common.save}
        busy={saveSettings.isPending}
        error={problemOf(saveSettings.error)}
        onSubmit={save}
      >
        <TextField
          label={words.domains}
          hint={words.domainsHint}
          name="domains"
          defaultValue={config.allowedSignUpDomain ?? ''}
        />
        <TextArea
          label={words.consent}
          hint={words.consentHint}
          name="consent"
          rows={4}
          defaultValue={config.authConsentContent ?? ''}
        />
        <TextArea
          label={words.frame}
          hint={words.frameHint}
          name="frame"
          rows={2}
          defaultValue={config.pageFrameContent ?? ''}
        />
      </Form>
    </Section>
  )
}
