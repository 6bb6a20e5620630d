import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'

import { type Project, projectsQuery } from '~/api/projects'
import { useSession } from '~/api/session'
import type { Command } from '~/lib/commands'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { chooseTheme } from '~/lib/theme'
import { useSignOut } from '../use-sign-out'
import { show, useCommandState } from './store'

const PARTS = ['general', 'environments', 'tags', 'encryption', 'webhooks', 'retention', 'danger'] as const

export type CommandGroup = { title: string; commands: Command[] }

/** All commands there are at the moment, by group: of this page, of this project, projects, pages, the rest. */
export function useCommands(project: string | undefined): CommandGroup[] {
  const { page } = useCommandState()
  const { organizationId } = useSession()
  const [, navigate] = useLocation()
  const signOut = useSignOut()
  const projects = useQuery(projectsQuery).data ?? []
  const current = projects.find((one) => one.id === project)
  const go = (label: string, to: string, keys?: string, where?: string): Command => ({
    label,
    ...(keys ? { keys } : {}),
    ...(where ? { where } : {}),
    run: () => navigate(to),
  })
  return [
    { title: text.palette.page, commands: page },
    ...(current ? [{ title: current.name, commands: ofProject(current, go) }] : []),
    {
      title: text.navigation.projects,
      commands: projects
        .filter((one) => one.id !== project)
        .map((one) => go(one.name, paths.secrets(one.id), undefined, one.slug)),
    },
    {
      title: text.navigation.organization,
      commands: [
        go(text.overview.title, paths.overview(organizationId), 'g p'),
        go(text.overview.add, `${paths.overview(organizationId)}?new=1`),
        go(text.palette.organizationAccess, paths.organizationAccess(organizationId)),
        go(text.navigation.auditLogs, paths.auditLogs(organizationId), 'g l'),
        go(text.navigation.profile, paths.profile()),
      ],
    },
    {
      title: text.palette.more,
      commands: [
        { label: text.search.byValue, run: () => show({ what: 'value' }) },
        { label: text.shortcuts.title, keys: '?', run: () => show({ what: 'shortcuts' }) },
        {
          label: text.navigation.documentation,
          run: () => window.open(paths.apiReference(), '_blank', 'noreferrer'),
        },
        { label: text.navigation.system, run: () => chooseTheme('system') },
        { label: text.navigation.light, run: () => chooseTheme('light') },
        { label: text.navigation.dark, run: () => chooseTheme('dark') },
        { label: text.navigation.signOut, run: signOut },
      ],
    },
  ].filter((group) => group.commands.length > 0)
}

type Go = (label: string, to: string, keys?: string, where?: string) => Command

const ofProject = ({ id, environments }: Project, go: Go): Command[] => [
  go(text.navigation.secrets, paths.secrets(id), 'g s'),
  ...environments.map((one) =>
    go(one.name, paths.environment(id, one.slug), undefined, text.palette.environment),
  ),
  go(text.navigation.access, paths.projectAccess(id), 'g a'),
  ...PARTS.map((part) =>
    go(text.settings.parts[part], paths.projectSettings(id, part), undefined, text.navigation.settings),
  ),
]
