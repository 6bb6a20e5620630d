import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { type Group, type GroupMember, groupMembersQuery, useGroupMemberChanges } from '~/api/groups'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField } from '~/ui/field'
import { FormProblem } from '~/ui/form'
import { Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'

const words = text.groups

const idOf = ({ kind, key }: GroupMember) => `${kind}/${key}`

/** Who is in a group: people and identities, to add and to take out. */
export function GroupMembersDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const inside = useQuery(groupMembersQuery(group.id, 'existingMembers'))
  const outside = useQuery(groupMembersQuery(group.id, 'nonMembers'))
  const { add, remove } = useGroupMemberChanges(group.id)
  const [chosenId, setChosen] = useState('')
  const others = outside.data?.members ?? []
  const chosen = others.find((one) => idOf(one) === chosenId) ?? others[0]
  const members = inside.data?.members ?? []
  return (
    <Dialog
      title={words.members(group.name)}
      hint={words.hint}
      onClose={onClose}
      onSubmit={() => chosen && add.mutate(chosen)}
      footer={<Button onClick={onClose}>{text.common.close}</Button>}
    >
      <FormProblem error={problemOf(inside.error ?? outside.error ?? add.error ?? remove.error)} />
      {inside.isPending && <Skeleton rows={2} />}
      {inside.data && members.length === 0 && <p>{words.noMembers}</p>}
      {members.length > 0 && (
        <Table label={words.members(group.name)} head={[words.member, words.kind, '']}>
          {members.map((member) => (
            <tr key={idOf(member)}>
              <td>{member.name}</td>
              <td>{words.kinds[member.kind]}</td>
              <td>
                <RowActions>
                  <IconButton
                    label={words.takeOut(member.name)}
                    icon={<X size={16} />}
                    onClick={() => remove.mutate(member)}
                  />
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {(inside.data?.hasMore || outside.data?.hasMore) && <Note>{words.more}</Note>}
      {outside.data && !chosen && <p>{words.everybody}</p>}
      {chosen && (
        <>
          <SelectField
            label={words.member}
            value={idOf(chosen)}
            onChange={(event) => setChosen(event.target.value)}
          >
            {others.map((one) => (
              <option key={idOf(one)} value={idOf(one)}>
                {one.name} ({words.kinds[one.kind]})
              </option>
            ))}
          </SelectField>
          <div>
            <Button type="submit" look="primary" icon={<Plus size={16} />} busy={add.isPending}>
              {words.add}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  )
}
