import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Page } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { IdentitiesTab } from './identities-tab'
import { PeopleTab } from './people-tab'
import { RolesTab } from './roles-tab'

type Tab = 'identities' | 'members' | 'roles'

/** Identities, people and roles of the organization. */
export default function OrganizationAccessPage({ organization }: { organization: string }) {
  const [chosen, choose] = useUrlState('selectedTab', 'identities')
  const tab: Tab = chosen === 'members' || chosen === 'roles' ? chosen : 'identities'
  return (
    <Page title={text.access.title} hint={text.access.organizationHint}>
      <Tabs<Tab>
        label={text.access.title}
        tabs={[
          { key: 'identities', label: text.access.tabs.identities },
          { key: 'members', label: text.access.tabs.people },
          { key: 'roles', label: text.access.tabs.roles },
        ]}
        chosen={tab}
        onChoose={choose}
      >
        {tab === 'identities' && <IdentitiesTab organization={organization} />}
        {tab === 'members' && <PeopleTab organization={organization} />}
        {tab === 'roles' && <RolesTab scope="organization" />}
      </Tabs>
    </Page>
  )
}
