import { useQuery } from '@tanstack/react-query'

import { instanceQuery } from '~/api/account'
import styles from './page-frame.module.css'

/** What an administrator of the server wants to stand above every page; nothing by default. */
export function PageFrame() {
  const text = useQuery(instanceQuery).data?.config.pageFrameContent
  if (!text) return null
  return (
    <aside className={styles.frame} title={text}>
      {text}
    </aside>
  )
}
