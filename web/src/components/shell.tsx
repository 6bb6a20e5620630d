import { useQuery } from '@tanstack/react-query'
import {
  BookOpen,
  Building2,
  FolderKey,
  History,
  KeyRound,
  Menu as MenuIcon,
  ScrollText,
  Settings,
  ShieldCheck,
} from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Link, useLocation } from 'wouter'

import { meQuery, organizationsQuery } from '~/api/account'
import { useSession } from '~/api/session'
import { classNames } from '~/lib/class-names'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { IconButton } from '~/ui/button'
import { AccountMenu } from './account-menu'
import { Commands, SearchButton } from './commands/commands'
import { Mark } from './outside'
import { ProjectSwitcher } from './project-switcher'
import styles from './shell.module.css'

type Item = { label: string; href: string; icon: ReactNode; under?: string }

const SIZE = 17

const projectItems = (project: string): Item[] => [
  {
    label: text.navigation.secrets,
    href: paths.secrets(project),
    icon: <KeyRound size={SIZE} />,
    under: `/project/${project}/secrets`,
  },
  { label: text.navigation.history, href: paths.history(project), icon: <History size={SIZE} /> },
  { label: text.navigation.access, href: paths.projectAccess(project), icon: <ShieldCheck size={SIZE} /> },
  { label: text.navigation.settings, href: paths.projectSettings(project), icon: <Settings size={SIZE} /> },
]

const organizationItems = (organization: string): Item[] => [
  { label: text.navigation.projects, href: paths.overview(organization), icon: <FolderKey size={SIZE} /> },
  {
    label: text.navigation.access,
    href: paths.organizationAccess(organization),
    icon: <ShieldCheck size={SIZE} />,
  },
  { label: text.navigation.auditLogs, href: paths.auditLogs(organization), icon: <ScrollText size={SIZE} /> },
  {
    label: text.navigation.settings,
    href: paths.organizationSettings(organization),
    icon: <Settings size={SIZE} />,
  },
]

/** The frame of every page of somebody signed in: navigation at the left, the page beside it. */
export function Shell({ project, children }: { project?: string | undefined; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null)
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={skip}>
        {text.common.skip}
      </button>
      <header className={styles.top}>
        <Mark />
        <IconButton
          label={text.navigation.menu}
          icon={<MenuIcon size={18} />}
          onClick={() => bar.current?.togglePopover()}
        />
      </header>
      {/* On a wide screen it stands at the left; on a phone it is a popover. */}
      <nav ref={bar} popover="auto" className={styles.bar} aria-label={text.navigation.label}>
        <Navigation
          project={project}
          onChosen={() => bar.current?.matches(':popover-open') && bar.current.hidePopover()}
        />
      </nav>
      <main id="content" className={styles.content} tabIndex={-1}>
        {children}
      </main>
      <Commands project={project} />
    </div>
  )
}

/** To the grid where there is one, else to the beginning of the page's content. */
function skip() {
  const target =
    document.querySelector<HTMLElement>('#content [role=grid]') ??
    document.querySelector<HTMLElement>('#content')
  target?.focus()
}

function Navigation({ project, onChosen }: { project: string | undefined; onChosen: () => void }) {
  const { organizationId } = useSession()
  const organizations = useQuery(organizationsQuery)
  const me = useQuery(meQuery)
  const organization = organizations.data?.find((one) => one.id === organizationId)
  const items = project ? projectItems(project) : organizationItems(organizationId)
  return (
    <div className={styles.inside}>
      <Link className={styles.home} href={paths.overview(organizationId)} onClick={onChosen}>
        <Mark />
      </Link>
      {project ? (
        <ProjectSwitcher project={project} onChosen={onChosen} />
      ) : (
        <p className={styles.organization}>
          <Building2 size={15} />
          {organization?.name}
        </p>
      )}
      <SearchButton onOpened={onChosen} />
      <ul className={styles.items}>
        {items.map((item) => (
          <NavigationItem key={item.label} item={item} onChosen={onChosen} />
        ))}
      </ul>
      {project && (
        <Link className={styles.back} href={paths.overview(organizationId)} onClick={onChosen}>
          <FolderKey size={SIZE} />
          {text.navigation.projects}
        </Link>
      )}
      <div className={styles.foot}>
        <a className={styles.item} href={paths.apiReference()} target="_blank" rel="noreferrer">
          <BookOpen size={SIZE} />
          {text.navigation.documentation}
        </a>
        <AccountMenu email={me.data?.email ?? ''} isAdmin={me.data?.superAdmin ?? false} />
      </div>
    </div>
  )
}

function NavigationItem({ item, onChosen }: { item: Item; onChosen: () => void }) {
  const [here] = useLocation()
  const path = item.under ?? item.href.split('?')[0] ?? ''
  const current = here === path || here.startsWith(`${path}/`)
  return (
    <li>
      <Link
        href={item.href}
        className={classNames(styles.item, current && styles.current)}
        aria-current={current ? 'page' : undefined}
        onClick={onChosen}
      >
        {item.icon}
        {item.label}
      </Link>
    </li>
  )
}
