import { UserPlus } from 'lucide-react'
import { useState } from 'react'

import { type InstanceOrganization, useInstanceChanges } from '~/api/admin'
import { problemOf } from '~/api/client'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { RowActions } from '~/ui/table'
import { SearchedList } from './searched-list'

const words = text.admin

const hasAdmin = ({ members }: InstanceOrganization) =>
  members.some((one) => one.role === 'admin' && one.isActive && one.status === 'accepted')

/** The organizations of the server. One that nobody manages any more can be taken over. */
export function OrganizationsPart() {
  const [taking, setTaking] = useState<InstanceOrganization>()
  return (
    <>
      <SearchedList
        kind="organizations"
        head={[text.common.name, text.groups.slug, words.members, words.projects, '']}
        rows={({ organizations }) =>
          organizations.map((one) => (
            <tr key={one.id}>
              <td>{one.name}</td>
              <td>{one.slug}</td>
              <td>
                {one.members.length} {!hasAdmin(one) && <Badge tone="danger">{words.noAdmin}</Badge>}
              </td>
              <td>{one.projects.length}</td>
              <td>
                {!hasAdmin(one) && (
                  <RowActions>
                    <IconButton
                      label={words.takeOver(one.name)}
                      icon={<UserPlus size={16} />}
                      onClick={() => setTaking(one)}
                    />
                  </RowActions>
                )}
              </td>
            </tr>
          ))
        }
      />
      {taking && <TakeOver organization={taking} onClose={() => setTaking(undefined)} />}
    </>
  )
}

function TakeOver({ organization, onClose }: { organization: InstanceOrganization; onClose: () => void }) {
  const { takeOver } = useInstanceChanges()
  return (
    <Confirm
      title={words.takeOverTitle(organization.name)}
      hint={words.takeOverHint}
      verb={words.takeOverVerb}
      cancel={text.common.cancel}
      busy={takeOver.isPending}
      error={problemOf(takeOver.error)}
      onConfirm={() => takeOver.mutate(organization.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
