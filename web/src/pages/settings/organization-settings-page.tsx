import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type OrganizationSettings, organizationQuery, useChangeOrganization } from '~/api/organization'
import type { Method } from '~/api/second-factor'
import { text } from '~/lib/text'
import { CheckField, SelectField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Failure, Page, Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import { AuditStreamsPart } from './audit-streams/audit-streams-part'
import styles from './settings.module.css'

/** Everything that can be set for an organization. */
export default function OrganizationSettingsPage({ organization }: { organization: string }) {
  const found = useQuery(organizationQuery(organization))
  return (
    <Page title={text.organizationSettings.title}>
      {found.isPending && <Skeleton />}
      {found.error && <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />}
      {found.data && <SecurityPart key={found.data.updatedAt} organization={found.data} />}
      {found.data && <AuditStreamsPart />}
    </Page>
  )
}

/** Whether people need a second factor, and which. */
function SecurityPart({ organization }: { organization: OrganizationSettings }) {
  const change = useChangeOrganization(organization.id, () => toast(text.settings.saved))
  const [required, setRequired] = useState(organization.enforceMfa)
  const submit = (form: FormData) =>
    change.mutate({
      enforceMfa: required,
      ...(required ? { selectedMfaMethod: (String(form.get('method')) || null) as Method | null } : {}),
    })
  return (
    <Section title={text.organizationSettings.security}>
      <Form
        className={styles.form}
        submit={text.common.save}
        busy={change.isPending}
        error={problemOf(change.error)}
        onSubmit={submit}
      >
        <CheckField
          label={text.organizationSettings.require}
          hint={text.organizationSettings.requireHint}
          checked={required}
          onChange={(event) => setRequired(event.target.checked)}
        />
        {required && (
          <SelectField
            label={text.organizationSettings.which}
            hint={text.organizationSettings.recoveryHint}
            name="method"
            defaultValue={organization.selectedMfaMethod ?? ''}
          >
            <option value="">{text.organizationSettings.any}</option>
            <option value="totp">{text.organizationSettings.totp}</option>
            <option value="webauthn">{text.organizationSettings.webauthn}</option>
          </SelectField>
        )}
      </Form>
    </Section>
  )
}
