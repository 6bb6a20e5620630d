import { lazy, Suspense } from 'react'

import { cellKey } from '~/lib/pending'
import { ReviewSheet } from './review-sheet'
import type { SheetTab } from './sheet/secret-sheet'
import type { Secrets, SecretsProject } from './use-secrets'

const ImportDialog = lazy(() => import('./import-dialog'))
const ExportDialog = lazy(() => import('./export-dialog'))
const FolderDialog = lazy(() => import('./folder-dialog'))
const ChangeFolderDialog = lazy(() => import('./change-folder-dialog'))
const DeleteFolderDialog = lazy(() => import('./delete-folder-dialog'))
const ImportsSheet = lazy(() => import('./imports-sheet'))
const SecretSheet = lazy(() => import('./sheet/secret-sheet'))
const ConnectDialog = lazy(() => import('~/components/connect/connect-dialog'))

/** What is open over the grid. */
export type Open =
  | { what: 'review' | 'export' | 'folder' | 'connect' }
  | { what: 'change-folder' | 'delete-folder'; name: string }
  | { what: 'import'; text: string }
  | { what: 'imports'; environment: string }
  | { what: 'secret'; key: string; environment: string; tab: SheetTab }

type DialogsProps = {
  project: SecretsProject
  secrets: Secrets
  open: Open | undefined
  onOpen: (open: Open) => void
  onClose: () => void
}

/** The dialogs of the secrets page. */
export function SecretsDialogs(props: DialogsProps) {
  return <Suspense fallback={null}>{dialogOf(props)}</Suspense>
}

function dialogOf({ project, secrets, open, onOpen, onClose }: DialogsProps) {
  switch (open?.what) {
    case undefined:
      return null
    case 'review':
      return (
        <ReviewSheet
          project={project.id}
          environments={project.environments}
          tagNames={secrets.tagNames}
          changes={secrets.pending.changes}
          dispatch={secrets.dispatch}
          onCommitted={() => {
            secrets.hideAll()
            return secrets.refresh()
          }}
          onClose={onClose}
        />
      )
    case 'import':
      return (
        <ImportDialog
          text={open.text}
          environments={secrets.columns}
          isSet={(key, environment) => secrets.versionOf(key, environment) > 0}
          onImport={secrets.add}
          onClose={onClose}
        />
      )
    case 'export':
      return (
        <ExportDialog
          project={project.id}
          folder={secrets.folder}
          environments={secrets.columns}
          keysIn={(environment) => keysIn(secrets, environment)}
          onClose={onClose}
        />
      )
    case 'folder':
      return (
        <FolderDialog
          project={project.id}
          folder={secrets.folder}
          environments={secrets.columns}
          onMade={() => void secrets.refresh()}
          onClose={onClose}
        />
      )
    case 'change-folder':
      return (
        <ChangeFolderDialog
          project={project}
          place={secrets.folderPlace(open.name)}
          onChanged={(name) => secrets.folderRenamed(open.name, name)}
          onDelete={() => onOpen({ what: 'delete-folder', name: open.name })}
          onClose={onClose}
        />
      )
    case 'delete-folder':
      return (
        <DeleteFolderDialog
          project={project}
          place={secrets.folderPlace(open.name)}
          changes={secrets.pending.changes}
          onDeleted={() => secrets.folderDeleted(open.name)}
          onClose={onClose}
        />
      )
    case 'connect':
      return <ConnectDialog project={project} example={secrets.rows[0]?.key} onClose={onClose} />
    case 'imports':
      return (
        <ImportsSheet
          project={project.id}
          folder={secrets.folder}
          environments={project.environments}
          start={open.environment}
          onClose={onClose}
        />
      )
    case 'secret':
      return sheetOf(project.id, secrets, open, onClose)
  }
}

function sheetOf(
  project: string,
  secrets: Secrets,
  { key, environment, tab }: { key: string; environment: string; tab: SheetTab },
  onClose: () => void,
) {
  const cell = secrets.cellOf(key, environment)
  if (!cell) return null
  const place = secrets.place(key, environment)
  return (
    <SecretSheet
      start={tab}
      project={project}
      place={place}
      cell={cell}
      change={secrets.pending.changes.get(cellKey(place))}
      tags={secrets.tags}
      dispatch={secrets.dispatch}
      onClose={onClose}
    />
  )
}

/** The selected keys that an environment has, or all of them. */
const keysIn = ({ rows, selected }: Secrets, environment: string) =>
  rows
    .filter((row) => row.cells[environment] && (!selected.size || selected.has(row.key)))
    .map((row) => row.key)
