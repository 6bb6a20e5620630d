import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'

import { classNames } from '~/lib/class-names'
import styles from './menu.module.css'

export type MenuItem = {
  label: string
  icon?: ReactNode
  danger?: boolean
  disabled?: string | undefined
  run: () => void
}

/**
 * A button that opens a list of commands, on the Popover API: it closes by Escape or a click elsewhere,
 * arrow keys move in it, and a disabled item says why.
 */
export function Menu({
  label,
  trigger,
  items,
  className,
}: {
  label: string
  trigger: ReactNode
  items: MenuItem[]
  className?: string | undefined
}) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)

  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || !list.current) return
    event.preventDefault()
    const options = [...list.current.querySelectorAll<HTMLElement>('[role=menuitem]')]
    const at = options.indexOf(document.activeElement as HTMLElement)
    options[(at + step + options.length) % options.length]?.focus()
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={classNames(styles.trigger, className)}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        popoverTarget={id}
      >
        {trigger}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={styles.menu}
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState !== 'open' || !button.current || !list.current) return
          place(list.current, button.current)
          list.current.querySelector<HTMLElement>('[role=menuitem]')?.focus()
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            aria-disabled={item.disabled ? true : undefined}
            title={item.disabled}
            className={classNames(styles.item, item.danger && styles.danger)}
            onClick={() => {
              if (item.disabled) return
              list.current?.hidePopover()
              item.run()
            }}
          >
            {item.icon}
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}

/** Puts a popover under its button, or above it where there is no room, within the window. */
export function place(popover: HTMLElement, button: HTMLElement) {
  const at = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = popover
  const below = at.bottom + 4
  const top = below + height > innerHeight ? Math.max(8, at.top - height - 4) : below
  const left = Math.min(Math.max(8, at.left), innerWidth - width - 8)
  popover.style.top = `${top}px`
  popover.style.left = `${left}px`
}
