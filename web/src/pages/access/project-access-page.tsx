import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Page } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { ProjectPeopleTab } from './people-tab'
import { ProjectIdentitiesTab } from './project-identities-tab'
import { RolesTab } from './roles-tab'

type Tab = 'identities' | 'members' | 'roles'

/** Identities, people and roles of a project. */
export default function ProjectAccessPage({ project }: { project: string }) {
  const [chosen, choose] = useUrlState('selectedTab', 'identities')
  const tab: Tab = chosen === 'members' || chosen === 'roles' ? chosen : 'identities'
  return (
    <Page title={text.access.title} hint={text.access.projectHint}>
      <Tabs<Tab>
        label={text.access.title}
        tabs={[
          { key: 'identities', label: text.access.tabs.identities },
          { key: 'members', label: text.access.tabs.people },
          { key: 'roles', label: text.access.tabs.projectRoles },
        ]}
        chosen={tab}
        onChoose={choose}
      >
        {tab === 'identities' && <ProjectIdentitiesTab project={project} />}
        {tab === 'members' && <ProjectPeopleTab project={project} />}
        {tab === 'roles' && <RolesTab scope={{ project }} />}
      </Tabs>
    </Page>
  )
}
