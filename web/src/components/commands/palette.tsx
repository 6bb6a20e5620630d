import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'

import { errorText } from '~/api/client'
import { classNames } from '~/lib/class-names'
import type { Command } from '~/lib/commands'
import { fitting } from '~/lib/commands'
import { text } from '~/lib/text'
import styles from './commands.module.css'
import { type CommandGroup, useCommands } from './use-commands'
import { useSecretSearch } from './use-secret-search'

/** More of a group are found by typing on. */
const SHOWN_MAX = 8

type PaletteProps = { project: string | undefined; typed: string; onClose: () => void }

/**
 * One field that finds commands, pages, projects and secrets in all of them. The field keeps the focus and names the
 * chosen line, by the ARIA pattern of a combobox.
 */
export default function Palette({ project, typed: start, onClose }: PaletteProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState(start)
  const [chosen, setChosen] = useState(0)
  const search = useSecretSearch(project, typed)
  const groups = [
    ...shownGroups(useCommands(project), typed),
    ...(search.commands.length ? [{ title: text.search.title, commands: search.commands }] : []),
  ]
  const lines = groups.flatMap((group) => group.commands)
  const at = Math.min(chosen, Math.max(0, lines.length - 1))

  useLayoutEffect(() => {
    dialog.current?.showModal()
    return () => dialog.current?.close()
  }, [])
  useLayoutEffect(() => {
    dialog.current?.querySelector(`[data-line="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const run = (command: Command | undefined) => {
    if (!command) return
    // Closed first, because closing gives the focus back, and the command may put it elsewhere.
    dialog.current?.close()
    onClose()
    command.run()
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && lines.length) setChosen((at + step + lines.length) % lines.length)
    else if (event.key === 'Enter') run(lines[at])
    else return
    event.preventDefault()
  }

  return (
    <dialog
      ref={dialog}
      className={styles.palette}
      aria-label={text.palette.title}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <input
        role="combobox"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={lines.length ? `${id}-${at}` : undefined}
        aria-label={text.palette.title}
        placeholder={text.palette.placeholder}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onKeyDown={press}
        onChange={(event) => {
          setTyped(event.target.value)
          setChosen(0)
        }}
      />
      <Lines id={id} groups={groups} chosen={at} onRun={run} />
      <p className={styles.note} role="status">
        {noteOf(search, lines.length)}
      </p>
    </dialog>
  )
}

/** Everything that fits. Before something is typed, no more of each group than one looks through. */
function shownGroups(groups: CommandGroup[], typed: string): CommandGroup[] {
  return groups
    .map(({ title, commands }) => ({ title, commands: fitting(commands, typed).slice(0, SHOWN_MAX) }))
    .filter(({ commands }) => commands.length > 0)
}

function noteOf(search: ReturnType<typeof useSecretSearch>, count: number): string {
  if (search.error) return errorText(search.error)
  if (search.isRunning) return text.search.running
  if (search.isTold) return text.search.found(search.total)
  return count === 0 ? text.palette.nothing : text.palette.hint
}

function Lines(props: {
  id: string
  groups: CommandGroup[]
  chosen: number
  onRun: (command: Command) => void
}) {
  let line = -1
  return (
    <div id={props.id} role="listbox" aria-label={text.palette.results} className={styles.lines}>
      {props.groups.map(({ title, commands }) => (
        <div key={title} role="group" aria-label={title}>
          <p className={styles.group} aria-hidden="true">
            {title}
          </p>
          {commands.map((command) => {
            line += 1
            const isChosen = line === props.chosen
            return (
              <div
                key={`${command.label} ${command.where ?? ''}`}
                id={`${props.id}-${line}`}
                data-line={line}
                role="option"
                aria-selected={isChosen}
                className={classNames(styles.line, isChosen && styles.chosen)}
                onClick={() => props.onRun(command)}
              >
                <span>{command.label}</span>
                {command.where && <span className={styles.where}>{command.where}</span>}
                {command.keys && <kbd>{command.keys}</kbd>}
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}
