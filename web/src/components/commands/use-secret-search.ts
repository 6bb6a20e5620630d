import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'

import { projectsQuery } from '~/api/projects'
import { searchQuery } from '~/api/search'
import type { Command } from '~/lib/commands'
import { paths } from '~/lib/paths'
import { type Found, readQuestion } from '~/lib/search-query'
import { useSettled } from '~/lib/use-settled'

/** Fewer letters would be in almost every key. */
const LETTERS_MIN = 2
/** Typing pauses this long before the server is asked, in milliseconds. */
const PAUSE = 120
/** More secrets are found by typing on. */
const SHOWN_MAX = 20

/** The secrets of all projects that fit what was typed, this project's first, as commands that go to them. */
export function useSecretSearch(project: string | undefined, typed: string) {
  const [, navigate] = useLocation()
  const projects = useQuery(projectsQuery).data ?? []
  const settled = useSettled(typed.trim(), PAUSE)
  const question = settled.length >= LETTERS_MIN ? readQuestion(settled) : undefined
  const order = [...projects].sort((one, other) => Number(other.id === project) - Number(one.id === project))
  const search = useQuery(
    searchQuery(
      order.map((one) => one.id),
      question,
    ),
  )
  const found = (question && search.data) || []
  const commandOf = (one: Found): Command => ({
    label: one.key,
    where: placeOf(one, projects.find(({ id }) => id === one.project)?.name ?? ''),
    run: () => navigate(paths.key(one.project, one.folder, one.key)),
  })
  return {
    commands: found.slice(0, SHOWN_MAX).map(commandOf),
    total: found.length,
    isTold: question !== undefined,
    isRunning: (question !== undefined && search.isFetching) || settled !== typed.trim(),
    error: question ? search.error : null,
  }
}

/** "Shop /payments in dev, prod". */
export const placeOf = ({ folder, environments }: Found, project: string) =>
  `${project} ${folder} · ${environments.join(', ')}`
