import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Page } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { ExplainTab } from './explain-tab'
import { GroupsTab } from './groups-tab'
import { IdentitiesTab } from './identities-tab'
import { PeopleTab } from './people-tab'
import { RolesTab } from './roles-tab'

const TABS = ['identities', 'members', 'groups', 'roles', 'explain'] as const
type Tab = (typeof TABS)[number]

/** Identities, people, groups and roles of the organization. */
export default function OrganizationAccessPage({ organization }: { organization: string }) {
  const [chosen, choose] = useUrlState('selectedTab', 'identities')
  const tab = TABS.find((one) => one === chosen) ?? 'identities'
  return (
    <Page title={text.access.title} hint={text.access.organizationHint}>
      <Tabs<Tab>
        label={text.access.title}
        tabs={[
          { key: 'identities', label: text.access.tabs.identities },
          { key: 'members', label: text.access.tabs.people },
          { key: 'groups', label: text.groups.tab },
          { key: 'roles', label: text.access.tabs.roles },
          { key: 'explain', label: text.explain.tab },
        ]}
        chosen={tab}
        onChoose={choose}
      >
        {tab === 'identities' && <IdentitiesTab organization={organization} />}
        {tab === 'members' && <PeopleTab organization={organization} />}
        {tab === 'groups' && <GroupsTab />}
        {tab === 'roles' && <RolesTab scope="organization" />}
        {tab === 'explain' && <ExplainTab place={{ organization }} />}
      </Tabs>
    </Page>
  )
}
