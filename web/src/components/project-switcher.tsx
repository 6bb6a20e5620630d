import { useQuery } from '@tanstack/react-query'
import { ChevronsUpDown } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { Link } from 'wouter'

import { projectsQuery } from '~/api/projects'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { place } from '~/ui/menu'
import styles from './project-switcher.module.css'

/** More would not be looked through by eye; the filter finds the others. */
const SHOWN_MAX = 50

/** The project one is in, and the way to another. */
export function ProjectSwitcher({ project, onChosen }: { project: string; onChosen: () => void }) {
  const id = useId()
  const projects = useQuery(projectsQuery)
  const [filter, setFilter] = useState('')
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const current = projects.data?.find((one) => one.id === project)
  const found = (projects.data ?? []).filter((one) => one.name.toLowerCase().includes(filter.toLowerCase()))

  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles.button}
        popoverTarget={id}
        aria-label={`${text.navigation.switchProject}: ${current?.name ?? ''}`}
      >
        <span>{current?.name ?? '…'}</span>
        <ChevronsUpDown size={15} />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        className={styles.list}
        onToggle={(event) => {
          if (event.newState !== 'open' || !button.current || !list.current) return
          place(list.current, button.current)
          list.current.querySelector('input')?.focus()
        }}
      >
        <input
          type="search"
          aria-label={text.navigation.findProject}
          placeholder={text.navigation.findProject}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {found.length === 0 && <p>{text.navigation.noProject}</p>}
        <ul>
          {found.slice(0, SHOWN_MAX).map((one) => (
            <li key={one.id}>
              <Link
                href={paths.secrets(one.id)}
                aria-current={one.id === project ? 'true' : undefined}
                onClick={() => {
                  list.current?.hidePopover()
                  onChosen()
                }}
              >
                {one.name}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
