import { Link, useLocation } from 'wouter'

import { type Crumb, crumbs, shortened } from '~/lib/crumbs'
import { text } from '~/lib/text'
import { Menu } from '~/ui/menu'
import styles from './secrets-page.module.css'

/** The folder one is in, each part leading back to it. Of a deep path the middle is in a menu. */
export function Breadcrumb({ folder, to }: { folder: string; to: (path: string) => string }) {
  const [, navigate] = useLocation()
  const all = crumbs(folder)
  const { first, hidden, last } = shortened(all)
  const part = (crumb: Crumb) => (
    <Part key={crumb.path}>
      {crumb.path === folder ? (
        <strong aria-current="page">{crumb.name}</strong>
      ) : (
        <Link href={to(crumb.path)}>{crumb.name}</Link>
      )}
    </Part>
  )
  if (!all.length) return null
  return (
    <nav aria-label={text.secrets.up} className={styles.crumbs}>
      <Link href={to('/')}>{text.secrets.root}</Link>
      {first.map(part)}
      {hidden.length > 0 && (
        <Part>
          <Menu
            label={text.folder.more}
            trigger="…"
            items={hidden.map((one) => ({ label: one.name, run: () => navigate(to(one.path)) }))}
          />
        </Part>
      )}
      {last.map(part)}
    </nav>
  )
}

const Part = ({ children }: { children: React.ReactNode }) => (
  <span>
    <span aria-hidden="true">/</span>
    {children}
  </span>
)
