import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Page } from '~/ui/page'
import { Tabs } from '~/ui/tabs'
import { PeopleTab } from './people-tab'
import { ProjectIdentitiesTab } from './project-identities-tab'

type Tab = 'identities' | 'members'

/** Identities and people of a project. */
export default function ProjectAccessPage({ project }: { project: string }) {
  const [chosen, choose] = useUrlState('selectedTab', 'identities')
  const tab: Tab = chosen === 'members' ? 'members' : 'identities'
  return (
    <Page title={text.access.title} hint={text.access.projectHint}>
      <Tabs<Tab>
        label={text.access.title}
        tabs={[
          { key: 'identities', label: text.access.tabs.identities },
          { key: 'members', label: text.access.tabs.people },
        ]}
        chosen={tab}
        onChoose={choose}
      >
        {tab === 'identities' ? <ProjectIdentitiesTab project={project} /> : <PeopleTab project={project} />}
      </Tabs>
    </Page>
  )
}
