import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { projectQuery } from '~/api/projects'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Failure, Page, Skeleton } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { DangerPart } from './danger-part'
import { EncryptionPart } from './encryption-part'
import { EnvironmentsPart } from './environments-part'
import { GeneralPart } from './general-part'
import { RetentionPart } from './retention-part'
import { TagsPart } from './tags-part'
import { WebhooksPart } from './webhooks/webhooks-part'

const PARTS = ['general', 'environments', 'tags', 'encryption', 'webhooks', 'retention', 'danger'] as const
type Part = (typeof PARTS)[number]

/** Everything that can be set for a project. */
export default function ProjectSettingsPage({ project }: { project: string }) {
  const found = useQuery(projectQuery(project))
  const [chosen, choose] = useUrlState('part', 'general')
  const part = PARTS.find((one) => one === chosen) ?? 'general'
  return (
    <Page title={text.settings.title}>
      <Tabs<Part>
        label={text.settings.title}
        tabs={PARTS.map((key) => ({ key, label: text.settings.parts[key] }))}
        chosen={part}
        onChoose={choose}
      >
        {found.isPending && <Skeleton />}
        {found.error && <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />}
        {found.data && part === 'general' && <GeneralPart key={found.data.updatedAt} project={found.data} />}
        {found.data && part === 'environments' && <EnvironmentsPart project={found.data} />}
        {found.data && part === 'tags' && <TagsPart project={project} />}
        {found.data && part === 'encryption' && <EncryptionPart project={found.data} />}
        {found.data && part === 'webhooks' && <WebhooksPart project={found.data} />}
        {found.data && part === 'retention' && (
          <RetentionPart key={found.data.updatedAt} project={found.data} />
        )}
        {found.data && part === 'danger' && <DangerPart project={found.data} />}
      </Tabs>
    </Page>
  )
}
