import type { ReactNode } from 'react'

import { Button } from './button'
import { Dialog } from './dialog'
import { Note } from './page'
import { RefusalLine } from './refusal'

type Common = {
  /** What its button says. */
  submit: string
  busy: boolean
  /** Why it was refused. */
  error?: string | undefined
  onSubmit: (form: FormData) => void
  children: ReactNode
}

/** What went wrong with a form, read out as it appears. */
export const FormProblem = ({ error }: { error: string | undefined }) =>
  error ? (
    <div role="alert">
      <Note tone="danger">
        {error} <RefusalLine message={error} />
      </Note>
    </div>
  ) : null

/** A form on a page: what went wrong on top, its fields, its button. */
export function Form({
  submit,
  busy,
  error,
  onSubmit,
  className,
  children,
}: Common & { className?: string }) {
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(new FormData(event.currentTarget))
      }}
    >
      <FormProblem error={error} />
      {children}
      <div>
        <Button type="submit" look="primary" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  )
}

/** A form in a dialog, with a button to leave it. */
export function FormDialog(
  props: Common & {
    title: string
    hint?: ReactNode
    cancel: string
    held?: boolean
    shape?: 'box' | 'wide' | 'sheet'
    /** Whether its fields are filled in already, so that the button has the focus. */
    isFilled?: boolean
    onClose: () => void
  },
) {
  return (
    <Dialog
      title={props.title}
      hint={props.hint}
      shape={props.shape ?? 'box'}
      onClose={props.onClose}
      onSubmit={props.onSubmit}
      footer={
        <>
          <Button onClick={props.onClose}>{props.cancel}</Button>
          <Button
            type="submit"
            look="primary"
            busy={props.busy}
            disabled={props.held}
            autoFocus={props.isFilled}
          >
            {props.submit}
          </Button>
        </>
      }
    >
      <FormProblem error={props.error} />
      {props.children}
    </Dialog>
  )
}
