import { ShieldMinus } from 'lucide-react'

import { type InstanceIdentity, useInstanceChanges } from '~/api/admin'
import { errorText } from '~/api/client'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { IconButton } from '~/ui/button'
import { RowActions } from '~/ui/table'
import { toast } from '~/ui/toast'
import { SearchedList } from './searched-list'

const words = text.admin

/** The machine identities of the server, and which of them manage it. */
export const IdentitiesPart = () => (
  <SearchedList
    kind="identities"
    head={[text.identities.name, text.people.role, '']}
    rows={({ identities }) => identities.map((one) => <Row key={one.id} identity={one} />)}
  />
)

function Row({ identity }: { identity: InstanceIdentity }) {
  const { revokeIdentity } = useInstanceChanges()
  return (
    <tr>
      <td>{identity.name}</td>
      <td>{identity.isInstanceAdmin && <Badge tone="accent">{words.administrator}</Badge>}</td>
      <td>
        {identity.isInstanceAdmin && (
          <RowActions>
            <IconButton
              label={words.revoke(identity.name)}
              icon={<ShieldMinus size={16} />}
              onClick={() =>
                revokeIdentity.mutate(identity.id, {
                  onError: (error) => toast(errorText(error), { tone: 'danger' }),
                })
              }
            />
          </RowActions>
        )}
      </td>
    </tr>
  )
}
