import { type ReactNode, useState } from 'react'

import { Button } from './button'
import { Dialog } from './dialog'
import { TextField } from './field'
import { FormProblem } from './form'

/**
 * Asks before something that cannot be undone. `name` is to be typed where data is destroyed or clients break;
 * otherwise Cancel has the focus.
 */
export function Confirm(props: {
  title: string
  hint: string
  verb: string
  cancel: string
  typed?: { name: string; label: string }
  busy: boolean
  error?: string | undefined
  onConfirm: () => void
  onClose: () => void
  /** More to know before deciding. */
  children?: ReactNode
}) {
  const [typed, setTyped] = useState('')
  const isHeld = props.typed !== undefined && typed !== props.typed.name
  return (
    <Dialog
      title={props.title}
      hint={props.hint}
      onClose={props.onClose}
      onSubmit={() => !isHeld && props.onConfirm()}
      footer={
        <>
          <Button onClick={props.onClose} autoFocus={!props.typed}>
            {props.cancel}
          </Button>
          <Button type="submit" look="danger" disabled={isHeld} busy={props.busy}>
            {props.verb}
          </Button>
        </>
      }
    >
      <FormProblem error={props.error} />
      {props.children}
      {props.typed && (
        <TextField
          label={props.typed.label}
          value={typed}
          autoFocus
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
    </Dialog>
  )
}
