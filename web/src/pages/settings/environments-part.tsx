import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type Environment, type Project, useEnvironmentChanges } from '~/api/projects'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Section } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './settings.module.css'

const SLUG = '[a-z0-9]([a-z0-9\\-]{0,62}[a-z0-9])?'

type Open = { what: 'add' } | { what: 'rename' | 'delete'; environment: Environment }

/** The environments in their order: move, rename, add, delete. */
export function EnvironmentsPart({ project }: { project: Project }) {
  const changes = useEnvironmentChanges(project.id)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })
  // Positions count from 1.
  const move = (id: string, to: number) =>
    changes.change.mutate({ id, position: to + 1 }, { onError: failed })
  const last = project.environments.length - 1
  return (
    <Section
      title={text.settings.parts.environments}
      hint={text.settings.environmentsHint}
      actions={
        <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
          {text.settings.addEnvironment}
        </Button>
      }
    >
      <Table label={text.settings.parts.environments} head={[text.settings.name, text.settings.slug, '']}>
        {project.environments.map((one, at) => (
          <tr key={one.id}>
            <td className={styles.name}>{one.name}</td>
            <td>
              <code>{one.slug}</code>
            </td>
            <td>
              <RowActions>
                <IconButton
                  label={text.settings.up(one.name)}
                  icon={<ArrowUp size={16} />}
                  disabled={at === 0 || changes.change.isPending}
                  onClick={() => move(one.id, at - 1)}
                />
                <IconButton
                  label={text.settings.down(one.name)}
                  icon={<ArrowDown size={16} />}
                  disabled={at === last || changes.change.isPending}
                  onClick={() => move(one.id, at + 1)}
                />
                <IconButton
                  label={text.settings.rename(one.name)}
                  icon={<Pencil size={16} />}
                  onClick={() => setOpen({ what: 'rename', environment: one })}
                />
                <IconButton
                  label={text.settings.delete(one.name)}
                  icon={<Trash2 size={16} />}
                  onClick={() => setOpen({ what: 'delete', environment: one })}
                />
              </RowActions>
            </td>
          </tr>
        ))}
      </Table>
      {open?.what === 'add' && (
        <EnvironmentDialog
          title={text.settings.addEnvironment}
          busy={changes.add.isPending}
          error={changes.add.error}
          onSubmit={(body) => changes.add.mutate(body, { onSuccess: close })}
          onClose={close}
        />
      )}
      {open?.what === 'rename' && (
        <EnvironmentDialog
          title={text.settings.rename(open.environment.name)}
          start={open.environment}
          busy={changes.change.isPending}
          error={changes.change.error}
          onSubmit={(body) =>
            changes.change.mutate({ id: open.environment.id, ...body }, { onSuccess: close })
          }
          onClose={close}
        />
      )}
      {open?.what === 'delete' && (
        <Confirm
          title={text.settings.deleteEnvironment(open.environment.name)}
          hint={text.settings.deleteEnvironmentHint}
          verb={text.common.delete}
          cancel={text.common.cancel}
          typed={{ name: open.environment.slug, label: text.confirm.type(open.environment.slug) }}
          busy={changes.remove.isPending}
          error={changes.remove.error ? errorText(changes.remove.error) : undefined}
          onConfirm={() => changes.remove.mutate(open.environment.id, { onSuccess: close })}
          onClose={close}
        />
      )}
    </Section>
  )
}

function EnvironmentDialog(props: {
  title: string
  start?: Environment
  busy: boolean
  error: unknown
  onSubmit: (body: { name: string; slug: string }) => void
  onClose: () => void
}) {
  return (
    <FormDialog
      title={props.title}
      onClose={props.onClose}
      onSubmit={(form) =>
        props.onSubmit({ name: String(form.get('name')).trim(), slug: String(form.get('slug')).trim() })
      }
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={props.busy}
      error={problemOf(props.error)}
    >
      <TextField
        label={text.settings.environmentName}
        name="name"
        defaultValue={props.start?.name}
        maxLength={64}
        required
        autoFocus
      />
      <TextField
        label={text.settings.environmentSlug}
        name="slug"
        defaultValue={props.start?.slug}
        pattern={SLUG}
        required
      />
    </FormDialog>
  )
}
