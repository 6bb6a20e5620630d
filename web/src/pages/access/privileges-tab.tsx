import { useQuery } from '@tanstack/react-query'
import { BadgePlus, Clock, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type Privilege, privilegesQuery, usePrivilegeChanges } from '~/api/privileges'
import { fullTime } from '~/lib/dates'
import { describeRule, timeLeft } from '~/lib/privileges'
import { text } from '~/lib/text'
import { useNow } from '~/lib/use-now'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { FormDialog } from '~/ui/form'
import { EmptyState, Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import access from './access.module.css'
import { GivePrivilegeDialog } from './give-privilege-dialog'
import { RangeField } from './range-field'

const words = text.privileges

type Open = { what: 'give' } | { what: 'extend' | 'end'; privilege: Privilege }

/** The rights that members have beside their roles: given, extended and ended. */
export function PrivilegesTab({ project }: { project: string }) {
  const found = useQuery(privilegesQuery(project))
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const give = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'give' })}>
      {words.give}
    </Button>
  )
  if (found.isPending) return <Skeleton rows={3} />
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  const { privileges, total } = found.data
  return (
    <>
      <Note>{words.hint}</Note>
      {privileges.length === 0 ? (
        <EmptyState icon={<BadgePlus size={22} />} title={words.none} hint={words.noneHint}>
          {give}
        </EmptyState>
      ) : (
        <>
          <div className={access.buttons}>{give}</div>
          {privileges.length < total && <Note>{text.tree.more(privileges.length, total)}</Note>}
          <Table label={words.tab} head={[words.member, words.name, words.allows, words.until, '']}>
            {privileges.map((one) => (
              <Row key={one.id} privilege={one} onOpen={setOpen} />
            ))}
          </Table>
        </>
      )}
      {open?.what === 'give' && <GivePrivilegeDialog project={project} onClose={close} />}
      {open?.what === 'extend' && <Extend project={project} privilege={open.privilege} onClose={close} />}
      {open?.what === 'end' && <End project={project} privilege={open.privilege} onClose={close} />}
    </>
  )
}

function Row({ privilege, onOpen }: { privilege: Privilege; onOpen: (open: Open) => void }) {
  return (
    <tr>
      <td>{privilege.holder.name}</td>
      <td>
        <code>{privilege.slug}</code>
      </td>
      <td>
        {privilege.permissions.map((rule) => (
          <div key={JSON.stringify(rule)}>{describeRule(rule)}</div>
        ))}
      </td>
      <td>
        <Until privilege={privilege} />
      </td>
      <td>
        <RowActions>
          {privilege.isTemporary && (
            <IconButton
              label={words.extend(privilege.slug)}
              icon={<Clock size={16} />}
              onClick={() => onOpen({ what: 'extend', privilege })}
            />
          )}
          <IconButton
            label={words.end(privilege.slug)}
            icon={<Trash2 size={16} />}
            onClick={() => onOpen({ what: 'end', privilege })}
          />
        </RowActions>
      </td>
    </tr>
  )
}

/** When it ends, and how long that is from now. */
function Until({ privilege }: { privilege: Privilege }) {
  const now = useNow()
  if (!privilege.endsAt) return words.forGood
  const left = timeLeft(privilege.endsAt, now)
  return (
    <span title={fullTime(privilege.endsAt)}>
      {left === undefined ? (
        <Badge tone="warning">{words.ended}</Badge>
      ) : (
        <Badge tone="accent">{words.left(left)}</Badge>
      )}
    </span>
  )
}

type OfOne = { project: string; privilege: Privilege; onClose: () => void }

function Extend({ project, privilege, onClose }: OfOne) {
  const { extend } = usePrivilegeChanges(project)
  return (
    <FormDialog
      title={words.extendTitle(privilege.slug)}
      hint={words.extendHint}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={extend.isPending}
      error={problemOf(extend.error)}
      onSubmit={(form) =>
        extend.mutate({ privilege, range: String(form.get('range')) }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <RangeField autoFocus />
    </FormDialog>
  )
}

function End({ project, privilege, onClose }: OfOne) {
  const { end } = usePrivilegeChanges(project)
  return (
    <Confirm
      title={words.endTitle(privilege.slug)}
      hint={words.endHint}
      verb={words.endVerb}
      cancel={text.common.cancel}
      busy={end.isPending}
      error={problemOf(end.error)}
      onConfirm={() => end.mutate(privilege, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
