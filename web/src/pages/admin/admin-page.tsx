import { useQuery } from '@tanstack/react-query'

import { meQuery } from '~/api/account'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Failure, Page, Skeleton } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { BackupsPart } from './backups-part'
import { EncryptionPart } from './encryption-part'
import { IdentitiesPart } from './identities-part'
import { OrganizationsPart } from './organizations-part'
import { OverviewPart } from './overview-part'
import { SettingsPart } from './settings-part'
import { UsersPart } from './users-part'

const TABS = [
  'overview',
  'users',
  'organizations',
  'identities',
  'encryption',
  'backups',
  'settings',
] as const
type Tab = (typeof TABS)[number]

/** The whole server, for who manages it. */
export default function AdminPage() {
  const me = useQuery(meQuery)
  return (
    <Page title={text.admin.title} hint={text.admin.hint}>
      {me.isPending && <Skeleton rows={4} />}
      {me.data && (me.data.superAdmin ? <Parts me={me.data.id} /> : <Failure message={text.admin.refused} />)}
    </Page>
  )
}

function Parts({ me }: { me: string }) {
  const [chosen, choose] = useUrlState('tab', 'overview')
  const tab = TABS.find((one) => one === chosen) ?? 'overview'
  return (
    <Tabs<Tab>
      label={text.admin.title}
      tabs={TABS.map((key) => ({ key, label: text.admin.tabs[key] }))}
      chosen={tab}
      onChoose={choose}
    >
      {tab === 'overview' && <OverviewPart />}
      {tab === 'users' && <UsersPart me={me} />}
      {tab === 'organizations' && <OrganizationsPart />}
      {tab === 'identities' && <IdentitiesPart />}
      {tab === 'encryption' && <EncryptionPart />}
      {tab === 'backups' && <BackupsPart />}
      {tab === 'settings' && <SettingsPart />}
    </Tabs>
  )
}
