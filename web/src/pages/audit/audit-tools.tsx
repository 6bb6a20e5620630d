import { useMutation, useQuery } from '@tanstack/react-query'
import { Bookmark, Download, Save, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'

import { type ExportFormat, exportFile } from '~/api/audit'
import { errorText, problemOf } from '~/api/client'
import { preferencesQuery, usePrefer } from '~/api/preferences'
import { useSession } from '~/api/session'
import type { AuditFilter } from '~/lib/audit-filter'
import { download } from '~/lib/download'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Menu } from '~/ui/menu'
import { toast } from '~/ui/toast'
import styles from './audit-page.module.css'
import { searchOf } from './use-audit-filter'

const FORMATS: ExportFormat[] = ['ndjson', 'csv']

/** Filters kept for later, and files for other programs. */
export function AuditTools({ filter }: { filter: AuditFilter }) {
  const write = useMutation({
    mutationFn: async (format: ExportFormat) =>
      download(await exportFile(filter, format), `audit-log.${format}`),
    onSuccess: () => toast(text.audit.exported),
    onError: (error) => toast(errorText(error), { tone: 'danger' }),
  })
  return (
    <>
      <SavedFilters filter={filter} />
      <Menu
        label={text.audit.export}
        className={styles.menu}
        trigger={
          <>
            <Download size={15} /> {text.audit.export}
          </>
        }
        items={FORMATS.map((format) => ({
          label: text.audit.exportAs[format],
          run: () => write.mutate(format),
        }))}
      />
    </>
  )
}

function SavedFilters({ filter }: { filter: AuditFilter }) {
  const { organizationId } = useSession()
  const [, navigate] = useLocation()
  const saved = useQuery(preferencesQuery).data?.auditFilters ?? {}
  const prefer = usePrefer()
  const [naming, setNaming] = useState(false)
  const save = (name: string) =>
    prefer.mutate(
      ({ auditFilters }) => ({ auditFilters: { ...auditFilters, [name]: searchOf(filter).toString() } }),
      { onSuccess: () => setNaming(false) },
    )
  const forget = (name: string) =>
    prefer.mutate(({ auditFilters = {} }) => ({
      auditFilters: Object.fromEntries(Object.entries(auditFilters).filter(([one]) => one !== name)),
    }))
  return (
    <>
      <Menu
        label={text.audit.saved}
        className={styles.menu}
        trigger={
          <>
            <Bookmark size={15} /> {text.audit.saved}
          </>
        }
        items={[
          ...Object.entries(saved).map(([name, search]) => ({
            label: name,
            run: () => navigate(`${paths.auditLogs(organizationId)}?${search}`),
          })),
          { label: text.audit.save, icon: <Save size={15} />, run: () => setNaming(true) },
          ...Object.keys(saved).map((name) => ({
            label: text.audit.forget(name),
            icon: <Trash2 size={15} />,
            run: () => forget(name),
          })),
        ]}
      />
      {naming && (
        <FormDialog
          title={text.audit.saveTitle}
          submit={text.common.save}
          cancel={text.common.cancel}
          busy={prefer.isPending}
          error={problemOf(prefer.error)}
          onSubmit={(form) => save(String(form.get('name')).trim())}
          onClose={() => setNaming(false)}
        >
          <TextField label={text.audit.saveName} name="name" maxLength={64} required autoFocus />
        </FormDialog>
      )}
    </>
  )
}
