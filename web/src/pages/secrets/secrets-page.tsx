import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import { useLocation } from 'wouter'

import { errorText } from '~/api/client'
import { projectQuery } from '~/api/projects'
import { show, usePageCommands } from '~/components/commands/store'
import { missingCounts } from '~/lib/grid-model'
import { paths } from '~/lib/paths'
import { insideFolder } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { EmptyState, Failure, Skeleton, useTitle } from '~/ui/page'
import { Grid, type GridHandle } from './grid'
import type { CellActions } from './grid-types'
import { PageKeys } from './page-keys'
import { PendingBar } from './pending-bar'
import { QuickAdd } from './quick-add'
import { type Open, SecretsDialogs } from './secrets-dialogs'
import styles from './secrets-page.module.css'
import { SelectionBar } from './selection-bar'
import { Toolbar } from './toolbar'
import { useLive } from './use-live'
import { type SecretsProject, useSecrets } from './use-secrets'

const Checklist = lazy(() => import('./checklist'))

/** The secrets of a project: all its environments side by side, or one of them (`only`). */
export default function SecretsPage({ project, only }: { project: string; only?: string }) {
  const found = useQuery(projectQuery(project))
  useTitle(found.data ? `${text.secrets.title} · ${found.data.name}` : text.secrets.title)
  if (found.isPending) return <Skeleton rows={12} />
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  if (!found.data.environments.length) {
    return <EmptyState title={text.secrets.noEnvironments} hint={text.secrets.noEnvironmentsHint} />
  }
  return <SecretsView key={project} project={found.data} only={only} />
}

function SecretsView({ project, only }: { project: SecretsProject; only: string | undefined }) {
  const [, navigate] = useLocation()
  const secrets = useSecrets(project, only)
  const { folder, filter, lines, slugs, matrix, pending, dispatch, selected } = secrets
  const [open, setOpen] = useState<Open>()
  const [editing, setEditing] = useState<{ key: string; environment: string }>()
  const grid = useRef<GridHandle>(null)
  const keyField = useRef<HTMLInputElement>(null)
  const filterField = useRef<HTMLInputElement>(null)

  const news = useLive(secrets, project.id, Boolean(editing))
  const review = () => pending.changes.size > 0 && setOpen({ what: 'review' })
  const undo = () => dispatch({ type: 'undo' })
  const actions: CellActions = {
    edit: (key, environment) => {
      if (secrets.cellOf(key, environment)?.mayEdit ?? true) setEditing({ key, environment })
    },
    save: (key, environment, value) => secrets.add([{ key, value }], [environment]),
    remove: secrets.remove,
    reveal: (key, environment) => secrets.isSet(key, environment) && secrets.toggle(key, environment),
    copy: (key, environment) => secrets.isSet(key, environment) && secrets.copy(key, environment),
    open: (key, environment, tab) => setOpen({ what: 'secret', key, environment, tab }),
    openImports: (environment) => setOpen({ what: 'imports', environment }),
    openFolder: (name) => {
      const inside = insideFolder(folder, name)
      secrets.clearSelection()
      navigate(only ? paths.environment(project.id, only, inside) : paths.secrets(project.id, inside))
    },
    changeFolder: (name) => setOpen({ what: 'change-folder', name }),
    deleteFolder: (name) => setOpen({ what: 'delete-folder', name }),
  }
  /** All environments come before the first and after the last of them. */
  const toEnvironment = (step: -1 | 1) => {
    const around = [undefined, ...project.environments.map((one) => one.slug)]
    const next = around[(around.indexOf(only) + step + around.length) % around.length]
    navigate(next ? paths.environment(project.id, next, folder) : paths.secrets(project.id, folder))
  }
  usePageCommands([
    { label: text.quickAdd.label, keys: 'n', run: () => keyField.current?.focus() },
    ...(pending.changes.size ? [{ label: text.pending.review, keys: 'Ctrl S', run: review }] : []),
    { label: text.import.title, run: () => setOpen({ what: 'import', text: '' }) },
    { label: text.export.title, run: () => setOpen({ what: 'export' }) },
    { label: text.folder.title, run: () => setOpen({ what: 'folder' }) },
    { label: text.connect.open, run: () => setOpen({ what: 'connect' }) },
  ])
  const keysShown = lines.filter((line) => line.kind === 'key').length
  // Pending and imported ones are no rows of the folder.
  const keysMore = lines.filter((line) => line.kind === 'key' && !Object.keys(line.cells).length).length

  return (
    <Droppable onText={(dropped) => setOpen({ what: 'import', text: dropped })}>
      <PageKeys
        onFilter={() => filterField.current?.focus()}
        onNew={() => keyField.current?.focus()}
        onReview={review}
        onUndo={undo}
        onRedo={() => dispatch({ type: 'redo' })}
        onEnvironment={toEnvironment}
      />
      <Toolbar
        project={project}
        only={only}
        folder={folder}
        filter={filter}
        filterField={filterField}
        onFilter={secrets.setFilter}
        onOpen={setOpen}
      />
      <Suspense fallback={null}>
        <Checklist
          project={project.id}
          hasSecrets={Boolean(matrix.data?.rows.length || matrix.data?.folders.length) || folder !== '/'}
          onAdd={() => keyField.current?.focus()}
          onConnect={() => setOpen({ what: 'connect' })}
        />
      </Suspense>
      <QuickAdd
        place={{ project: project.id, environments: project.environments.map((one) => one.slug), folder }}
        environments={secrets.columns}
        autoCapitalization={project.autoCapitalization}
        keyField={keyField}
        whereSet={(key) => slugs.filter((slug) => secrets.cellOf(key, slug))}
        onAdd={(key, value, environments) => secrets.add([{ key, value }], environments)}
        onImport={(pasted) => setOpen({ what: 'import', text: pasted })}
        onReview={() => setOpen({ what: 'review' })}
      />
      {matrix.isPending && <Skeleton rows={12} />}
      {matrix.error && <Failure message={errorText(matrix.error)} onRetry={() => void matrix.refetch()} />}
      {matrix.data && (
        <Grid
          ref={grid}
          project={project}
          lines={lines}
          columns={secrets.columns}
          folder={folder}
          changes={pending.changes}
          revealed={secrets.revealed}
          lost={secrets.lost}
          denied={secrets.denied}
          missing={only ? {} : missingCounts(secrets.rows, slugs, secrets.imported)}
          selected={selected}
          editing={editing}
          actions={actions}
          onSelect={secrets.select}
          onEditEnd={() => setEditing(undefined)}
          onDiscard={(keys) => dispatch({ type: 'discard', keys })}
          onEnvironment={(slug) => navigate(paths.environment(project.id, slug, folder))}
        />
      )}
      {matrix.data && lines.length === 0 && (
        <NothingHere filter={filter} onClear={() => secrets.setFilter('')} />
      )}
      <footer className={styles.foot} aria-live="polite">
        {matrix.data && text.secrets.shown(keysShown, secrets.rows.length + keysMore)} {news}
      </footer>
      {selected.size > 0 && (
        <SelectionBar
          count={selected.size}
          onDelete={() => {
            secrets.remove([...selected].flatMap((key) => slugs.map((environment) => ({ key, environment }))))
            secrets.clearSelection()
          }}
          onExport={() => setOpen({ what: 'export' })}
          onClear={secrets.clearSelection}
        />
      )}
      <PendingBar
        changes={pending.changes}
        environments={project.environments}
        onReview={review}
        onDiscard={() => dispatch({ type: 'discard-all' })}
        onUndo={undo}
      />
      <SecretsDialogs
        project={project}
        secrets={secrets}
        open={open}
        onOpen={setOpen}
        onClose={() => {
          setOpen(undefined)
          grid.current?.focus()
        }}
      />
    </Droppable>
  )
}

/** The page's frame, which takes dropped files and pasted text for import. */
function Droppable({ onText, children }: { onText: (text: string) => void; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a short way to what the Import button does
    <div
      className={styles.page}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => {
        const file = event.dataTransfer.files[0]
        if (!file) return
        event.preventDefault()
        void file.text().then(onText)
      }}
      onPaste={(event) => {
        if ((event.target as HTMLElement).closest('input, textarea, select, dialog')) return
        const pasted = event.clipboardData.getData('text')
        if (/\S/.test(pasted)) onText(pasted)
      }}
    >
      {children}
    </div>
  )
}

function NothingHere({ filter, onClear }: { filter: string; onClear: () => void }) {
  if (!filter) return <EmptyState title={text.secrets.emptyTitle} hint={text.secrets.emptyHint} />
  return (
    <EmptyState title={text.secrets.noMatch(filter)}>
      <Button onClick={() => show({ what: 'palette', typed: filter })}>{text.search.allFolders}</Button>
      <Button onClick={onClear}>{text.secrets.clear}</Button>
    </EmptyState>
  )
}
