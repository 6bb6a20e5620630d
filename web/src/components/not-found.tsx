import { Compass } from 'lucide-react'
import { Link } from 'wouter'

import { useSession } from '~/api/session'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { EmptyState, Page } from '~/ui/page'

/** What an unknown address shows. */
export function NotFound() {
  const { organizationId } = useSession()
  return (
    <Page title={text.notFound.title}>
      <EmptyState icon={<Compass size={22} />} title={location.pathname} hint={text.notFound.hint}>
        <Link href={paths.overview(organizationId)}>{text.notFound.home}</Link>
      </EmptyState>
    </Page>
  )
}
