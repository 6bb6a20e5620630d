import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'

import { readersQuery } from '~/api/audit'
import { problemOf } from '~/api/client'
import { type Project, useDeleteProject } from '~/api/projects'
import { useSession } from '~/api/session'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Note, Section } from '~/ui/page'

/** Deleting a project. */
export function DangerPart({ project }: { project: Project }) {
  const { organizationId } = useSession()
  const [, navigate] = useLocation()
  const remove = useDeleteProject(project.id)
  const [asking, setAsking] = useState(false)
  return (
    <Section title={text.settings.deleteProject} hint={text.settings.deleteProjectHint}>
      {project.hasDeleteProtection && <Note>{text.settings.protected}</Note>}
      <div>
        <Button look="danger" disabled={project.hasDeleteProtection} onClick={() => setAsking(true)}>
          {text.settings.deleteProject}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={text.settings.deleteTitle(project.name)}
          hint={text.settings.deleteProjectHint}
          verb={text.common.delete}
          cancel={text.common.cancel}
          typed={{ name: project.slug, label: text.confirm.type(project.slug) }}
          busy={remove.isPending}
          error={problemOf(remove.error)}
          onConfirm={() =>
            remove.mutate(undefined, { onSuccess: () => navigate(paths.overview(organizationId)) })
          }
          onClose={() => setAsking(false)}
        >
          <Losses project={project} />
        </Confirm>
      )}
    </Section>
  )
}

/** What goes, and who read it lately and would miss it. */
function Losses({ project }: { project: Project }) {
  const readers = useQuery(readersQuery(project.id))
  return (
    <Note tone="warning">
      <p>{text.settings.losses(project.environments.map((one) => one.name))}</p>
      {readers.data && <p>{text.settings.readers(readers.data)}</p>}
    </Note>
  )
}
