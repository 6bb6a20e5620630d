import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'

import { signOut } from '~/api/account'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { forgetPending, mayLosePending } from './pending-store'

/** Ends the session, after asking if changes would be lost. */
export function useSignOut(): () => void {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const leave = async () => {
    if (!mayLosePending(text.navigation.signOutPending)) return
    forgetPending()
    await signOut()
    client.clear()
    navigate(paths.login())
  }
  return () => void leave()
}
