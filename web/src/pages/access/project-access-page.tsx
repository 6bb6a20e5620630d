import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Page } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { AccessTreeTab } from './access-tree-tab'
import { ExplainTab } from './explain-tab'
import { PrivilegesTab } from './privileges-tab'
import { ProjectGroupsTab } from './project-groups-tab'
import { ProjectIdentitiesTab } from './project-identities-tab'
import { ProjectPeopleTab } from './project-people-tab'
import { RolesTab } from './roles-tab'
import { ServiceTokensTab } from './service-tokens-tab'

const TABS = [
  'identities',
  'members',
  'groups',
  'roles',
  'privileges',
  'service-tokens',
  'tree',
  'explain',
] as const
type Tab = (typeof TABS)[number]

/** Identities, people, groups and roles of a project. */
export default function ProjectAccessPage({ project }: { project: string }) {
  const [chosen, choose] = useUrlState('selectedTab', 'identities')
  const tab = TABS.find((one) => one === chosen) ?? 'identities'
  return (
    <Page title={text.access.title} hint={text.access.projectHint}>
      <Tabs<Tab>
        label={text.access.title}
        tabs={[
          { key: 'identities', label: text.access.tabs.identities },
          { key: 'members', label: text.access.tabs.people },
          { key: 'groups', label: text.groups.tab },
          { key: 'roles', label: text.access.tabs.projectRoles },
          { key: 'privileges', label: text.privileges.tab },
          { key: 'service-tokens', label: text.serviceTokens.tab },
          { key: 'tree', label: text.tree.tab },
          { key: 'explain', label: text.explain.tab },
        ]}
        chosen={tab}
        onChoose={choose}
      >
        {tab === 'identities' && <ProjectIdentitiesTab project={project} />}
        {tab === 'members' && <ProjectPeopleTab project={project} />}
        {tab === 'groups' && <ProjectGroupsTab project={project} />}
        {tab === 'roles' && <RolesTab scope={{ project }} />}
        {tab === 'privileges' && <PrivilegesTab project={project} />}
        {tab === 'service-tokens' && <ServiceTokensTab project={project} />}
        {tab === 'tree' && <AccessTreeTab project={project} />}
        {tab === 'explain' && <ExplainTab place={{ project }} />}
      </Tabs>
    </Page>
  )
}
