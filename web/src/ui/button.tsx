import type { ComponentProps, ReactNode } from 'react'

import { classNames } from '~/lib/class-names'
import styles from './button.module.css'

type ButtonProps = ComponentProps<'button'> & {
  look?: 'primary' | 'plain' | 'quiet' | 'danger'
  icon?: ReactNode
  busy?: boolean
}

/** A button. `busy` keeps it in place and disabled while its request runs. */
export function Button({
  look = 'plain',
  icon,
  busy,
  children,
  className,
  disabled,
  autoFocus,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classNames(styles.button, styles[look], className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      data-autofocus={autoFocus || undefined}
      {...rest}
    >
      {icon}
      {children}
    </button>
  )
}

/** A button that is only a picture; its label is read out and shown as a tip. */
export function IconButton({
  label,
  icon,
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & { label: string; icon: ReactNode }) {
  return (
    <button
      type="button"
      className={classNames(styles.icon, className)}
      aria-label={label}
      title={label}
      {...rest}
    >
      {icon}
    </button>
  )
}
