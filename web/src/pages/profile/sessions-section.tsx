import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { type SignedInDevice, sessionsQuery, useEndSessions } from '~/api/account'
import { errorText, problemOf } from '~/api/client'
import { currentToken } from '~/api/session'
import { fullTime, timeAgo } from '~/lib/dates'
import { deviceName } from '~/lib/device'
import { text } from '~/lib/text'
import { sessionOf } from '~/lib/token'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'

/** Where the person is signed in. Others can be ended; this one is ended by signing out. */
export function SessionsSection() {
  const sessions = useQuery(sessionsQuery)
  const end = useEndSessions()
  const [ending, setEnding] = useState<SignedInDevice[]>()
  const here = sessionOf(currentToken())
  const others = sessions.data?.filter((one) => one.id !== here) ?? []
  return (
    <Section
      title={text.profile.sessions}
      hint={text.profile.sessionsHint}
      actions={
        others.length > 1 && <Button onClick={() => setEnding(others)}>{text.profile.endOthers}</Button>
      }
    >
      {sessions.isPending && <Skeleton rows={2} />}
      {sessions.error && <Failure message={errorText(sessions.error)} />}
      {sessions.data && (
        <Table
          label={text.profile.sessions}
          head={[text.profile.device, text.profile.address, text.profile.used, '']}
        >
          {sessions.data.map((one) => (
            <tr key={one.id}>
              <td title={one.userAgent}>
                {deviceName(one.userAgent)}{' '}
                {one.id === here && <Badge tone="accent">{text.profile.here}</Badge>}
              </td>
              <td>
                <code>{one.ip}</code>
              </td>
              <td title={fullTime(one.lastUsed)}>{timeAgo(one.lastUsed)}</td>
              <td>
                <RowActions>
                  {one.id !== here && (
                    <Button
                      look="quiet"
                      aria-label={text.profile.endOf(deviceName(one.userAgent), timeAgo(one.lastUsed))}
                      onClick={() => setEnding([one])}
                    >
                      {text.profile.end}
                    </Button>
                  )}
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {ending && (
        <Confirm
          title={text.profile.endTitle(ending.length)}
          hint={hintOf(ending)}
          verb={text.profile.end}
          cancel={text.common.cancel}
          busy={end.isPending}
          error={problemOf(end.error)}
          onConfirm={() =>
            end.mutate(
              ending.map((one) => one.id),
              {
                onSuccess: () => {
                  toast(text.profile.ended(ending.length))
                  setEnding(undefined)
                },
              },
            )
          }
          onClose={() => setEnding(undefined)}
        />
      )}
    </Section>
  )
}

function hintOf([first, ...more]: SignedInDevice[]): string {
  return first && !more.length
    ? text.profile.endHint(deviceName(first.userAgent), first.ip, timeAgo(first.lastUsed))
    : text.profile.endOthersHint
}
