import { CircleUser, LogOut, Monitor, Moon, ServerCog, Sun } from 'lucide-react'
import { useLocation } from 'wouter'

import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { chooseTheme } from '~/lib/theme'
import { Menu } from '~/ui/menu'
import styles from './account-menu.module.css'
import { useSignOut } from './use-sign-out'

/** Who is signed in, and what they can do about it. */
export function AccountMenu({ email, isAdmin }: { email: string; isAdmin: boolean }) {
  const [, navigate] = useLocation()
  const leave = useSignOut()
  return (
    <Menu
      label={`${text.navigation.account}: ${email}`}
      className={styles.account}
      trigger={
        <>
          <CircleUser size={17} />
          <span>{email}</span>
        </>
      }
      items={[
        {
          label: text.navigation.profile,
          icon: <CircleUser size={15} />,
          run: () => navigate(paths.profile()),
        },
        ...(isAdmin
          ? [
              {
                label: text.navigation.admin,
                icon: <ServerCog size={15} />,
                run: () => navigate(paths.admin()),
              },
            ]
          : []),
        { label: text.navigation.system, icon: <Monitor size={15} />, run: () => chooseTheme('system') },
        { label: text.navigation.light, icon: <Sun size={15} />, run: () => chooseTheme('light') },
        { label: text.navigation.dark, icon: <Moon size={15} />, run: () => chooseTheme('dark') },
        { label: text.navigation.signOut, icon: <LogOut size={15} />, run: leave },
      ]}
    />
  )
}
